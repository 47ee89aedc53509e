import type { JSX } from "preact";

/** Drawn for a square of 24, by strokes alone. */
const PATHS = {
  now: "M3 12h4l3-7 4 14 3-7h4",
  timeline: "M4 6h9M4 12h16M4 18h6M17 4v4M14 16v4",
  setup: "M4 7h10M18 7h2M4 17h2M10 17h10M16 4.5v5M8 14.5v5",
  act: "M13 3 5 14h6l-1 7 8-11h-6z",
  doctor: "M5 3v5a4 4 0 0 0 8 0V3M9 12v3a5 5 0 0 0 10 0v-2M19 9a2 2 0 1 1 0 4 2 2 0 0 1 0-4",
  sun: "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M5 19l1.4-1.4M17.6 6.4 19 5",
  moon: "M20 14.5A8 8 0 0 1 9.5 4 8 8 0 1 0 20 14.5",
  auto: "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16M12 4v16M14.5 4.5v15M17 6v12M19 8.5v7",
  house: "M4 11 12 4l8 7M6 9.5V20h12V9.5M10 20v-6h4v6",
  router: "M4 14h16v6H4zM8 17h.01M12 17h.01M7 14V6M17 14V9",
  globe: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18M3 12h18M12 3c5 5 5 13 0 18M12 3c-5 5-5 13 0 18",
  check: "M5 12.5l4.5 4.5L19 7.5",
  cross: "M7 7l10 10M17 7 7 17",
  warning: "M12 4 2.5 20h19zM12 10v4.5M12 17.3v.2",
  note: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18M12 11v5M12 7.8v.2",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  out: "M10 4H4v16h6M9 12h11M16 8l4 4-4 4",
  plus: "M12 5v14M5 12h14",
  up: "M12 19V5M6 11l6-6 6 6",
  down: "M12 5v14M6 13l6 6 6-6",
  bin: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13",
  print: "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
} as const;

export type IconName = keyof typeof PATHS;

/** Decoration: words beside it say the same. */
export const Icon = ({ name }: { readonly name: IconName }): JSX.Element => (
  <svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
    <path d={PATHS[name]} />
  </svg>
);
