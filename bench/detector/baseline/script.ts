import type { DetectorEvent, ProbeRequest } from "../../../src/core/detector/detector.ts";
import { OPINIONS, type Subject } from "../contender.ts";

/** What an incumbent's loop does next: asks and waits, sleeps, or changes its mind. */
export type Act =
  /** One probe to each; answered when the first reply comes in time. */
  | { readonly kind: "ask"; readonly targets: readonly number[]; readonly waitMs: number }
  | { readonly kind: "sleep"; readonly ms: number }
  | { readonly kind: "say"; readonly down: boolean };

/** A loop that blocks while it asks, as shell scripts do. It is given whether the question before was answered. */
export type Script = Generator<Act, never, boolean>;

/** An echo request and its reply as ping and fping send them by default: 56 octets of data, ICMP 8, IPv4 20. */
export const PING_OCTETS = 2 * (56 + 8 + 20);

const NO_PROBES: readonly ProbeRequest[] = [];

/** Runs a script as a detector. */
export const startScript = (script: Script): Subject => {
  let down = false;
  let seq = 0;
  let waiting: { readonly from: number; readonly untilMs: number } | null = null;
  let wakeAt = 0;

  const resume = (answered: boolean, now: number): readonly ProbeRequest[] => {
    waiting = null;
    let act = script.next(answered).value;
    for (; act.kind === "say"; act = script.next(false).value) down = act.down;
    if (act.kind === "sleep") {
      wakeAt = now + act.ms;
      return NO_PROBES;
    }
    const from = seq + 1;
    seq += act.targets.length;
    waiting = { from, untilMs: now + act.waitMs };
    wakeAt = waiting.untilMs;
    return act.targets.map((target, index) => ({ seq: from + index, target }));
  };
  const take = (event: DetectorEvent, now: number): readonly ProbeRequest[] => {
    if (event.kind === "replied") return waiting !== null && event.seq >= waiting.from ? resume(true, now) : NO_PROBES;
    return now >= wakeAt ? resume(false, now) : NO_PROBES;
  };
  return { take, wakeAt: () => wakeAt, opinion: () => (down ? OPINIONS.down : OPINIONS.up), learned: () => null };
};
