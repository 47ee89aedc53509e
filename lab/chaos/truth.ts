import { now } from "../clock.ts";
import type { Stretch, Truth } from "./judge.ts";

/** Notes what really happens, while it happens; what each call gives ends it. */
export interface Notes {
  readonly truth: Truth;
  readonly kill: (uplink: string) => () => void;
  readonly doubt: (uplink: string) => () => void;
  readonly disturb: () => () => void;
}

const note = (list: Stretch[] = []): (() => void) => {
  const at = list.push({ from: now(), to: Number.POSITIVE_INFINITY }) - 1;
  return () => {
    list[at] = { from: list[at]?.from ?? 0, to: now() };
  };
};

/** Nothing has happened to these uplinks yet. */
export const openNotes = (uplinks: readonly string[]): Notes => {
  const perUplink = (): Record<string, Stretch[]> => Object.fromEntries(uplinks.map((uplink) => [uplink, []]));
  const [dead, doubtful, disturbed] = [perUplink(), perUplink(), [] as Stretch[]];
  return {
    truth: { dead, doubtful, disturbed },
    kill: (uplink) => note(dead[uplink]),
    doubt: (uplink) => note(doubtful[uplink]),
    disturb: () => note(disturbed),
  };
};
