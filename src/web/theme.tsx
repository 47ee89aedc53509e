import type { JSX } from "preact";
import { Icon, type IconName } from "./part/icon.tsx";
import { openStore, useStore } from "./server/store.ts";

const THEMES = ["auto", "light", "dark"] as const;
type Theme = (typeof THEMES)[number];

const KEY = "theme";

/** A browser may forbid to keep anything. */
const kept = (): Theme => {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? "auto";
  } catch {
    return "auto";
  }
};

const theme = openStore<Theme>(kept());

const show = (chosen: Theme): void => {
  const root = document.documentElement;
  if (chosen === "auto") delete root.dataset.theme;
  else root.dataset.theme = chosen;
};

const choose = (chosen: Theme): void => {
  theme.set(chosen);
  show(chosen);
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // It holds until the page is closed.
  }
};

/** Puts the theme that was chosen before into effect. */
export const beginTheme = (): void => show(theme.get());

const ICONS: Readonly<Record<Theme, IconName>> = { auto: "auto", light: "sun", dark: "moon" };
const NAMES: Readonly<Record<Theme, string>> = { auto: "as your device", light: "light", dark: "dark" };

export const ThemeSwitch = (): JSX.Element => {
  const chosen = useStore(theme);
  const next = THEMES[(THEMES.indexOf(chosen) + 1) % THEMES.length] ?? "auto";
  const says = `Colours: ${NAMES[chosen]}. Change to ${NAMES[next]}`;
  return (
    <button type="button" class="quiet" title={says} aria-label={says} onClick={() => choose(next)}>
      <Icon name={ICONS[chosen]} />
    </button>
  );
};
