import type { WireChange } from "../wire.ts";
import type { Preset } from "./options.ts";

/** Nobody wants to watch for ten minutes; everything else is at its default. */
const SHORT = {
  failover: { holdAfterFailover: "15s", holdAfterFailback: "5s" },
  holdDown: { holdDown: "6s", holdDownMax: "12s", holdDownInterval: "200ms" },
} as const;

/** What the screen says about it. */
export const shortened = (preset: Preset): string => {
  const holdDown = preset === "classic" ? "" : ", hold-down 6 s";
  return `Preset ${preset}; short for you: failback 15 s${holdDown}`;
};

const detectionOf = (preset: Preset): string | object =>
  preset === "classic" ? preset : { preset, ...SHORT.holdDown };

/** The demo's own config. */
export const configOf = (preset: Preset): object => ({
  uplinks: [
    { name: "fiber", interface: "wan0", detection: detectionOf(preset) },
    { name: "lte", interface: "wan1", detection: detectionOf(preset) },
  ],
  failover: SHORT.failover,
});

/** How the lines are while all is well, in each direction: much like fiber and LTE. */
export const WIRES: readonly WireChange[] = [
  { delayMs: 2, jitterMs: 0.5 },
  { delayMs: 16, jitterMs: 4 },
];

/** Between two requests of each stream (ms): fine enough for the eye, and cheap. */
export const INTERVAL_MS = 100;

/** A request without an answer for so long is lost (ms). */
export const TIMEOUT_MS = 1000;

/** A running connection that isn't where new ones go ends by itself after so long (ms), as calls do. */
export const CALL_MS = 20_000;
