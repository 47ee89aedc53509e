import type { Command, SendProbe } from "../../core/command.ts";
import type { Event, TrafficCount } from "../../core/event.ts";
import type { Family } from "../../core/family.ts";
import { remember } from "../../core/memory.ts";
import type { Settings } from "../../core/settings.ts";
import { start } from "../../core/start.ts";
import type { State } from "../../core/state.ts";
import { step } from "../../core/step.ts";
import { targetText } from "../../core/target/target.ts";
import type { Start } from "../journal/journal.ts";
import { damaged } from "../journal/recording.ts";
import type { RunHistory } from "./history.ts";
import type { Sample } from "./line.ts";
import { type ModelKernel, openModelKernel } from "./model-kernel.ts";
import type { Seen } from "./replay.ts";
import { spanAt } from "./span.ts";

/** A step that a daemon would have taken. */
export interface Imagined {
  readonly state: State;
  readonly commands: readonly Command[];
  /** Milliseconds since boot. */
  readonly now: number;
  /** The probes sent in this step that will be answered. */
  readonly answered: number;
}

/** A daemon under another config, on the line of a recorded run. */
export interface WhatIf {
  /** Lives up to a recorded step and takes in what came from outside in it. Throws AppError where the record is none. */
  follow(seen: Seen): void;
}

export interface WhatIfOptions {
  readonly settings: Settings;
  /** What the recorded daemon started from. */
  readonly start: Start;
  readonly history: RunHistory;
  readonly onStep: (imagined: Imagined) => void;
}

interface Imagining extends WhatIfOptions {
  state: State;
  now: number;
  wakeAt: number;
  readonly kernel: ModelKernel;
  /** Outcomes to come, the next one first. */
  readonly underway: { readonly at: number; readonly event: Event }[];
  readonly spent: Set<Sample>;
}

/** The recorded daemon stirs once a minute at least: a longer pause (ms) is none that could be lived through. */
const LONGEST_PAUSE_MS = 600_000;

/** No journal is so large that it could span more (ms). */
const LONGEST_RUN_MS = 366 * 86_400_000;

/** No detector waits longer for an answer (ms). */
const LONGEST_RTT_MS = 30_000;

/** More steps at one moment can't be. */
const STEPS_MAX = 10_000;

/** A daemon that starts as the recorded one did. Throws AppError where the record is none. */
export const openWhatIf = (options: WhatIfOptions): WhatIf => {
  const { settings, start: recorded } = options;
  const { state, now } = recorded;
  const imagining: Imagining = {
    ...options,
    state: start({ settings, memory: remember(state, now), seed: state.seed, now }),
    now,
    wakeAt: now,
    kernel: openModelKernel(state.kernel, now),
    underway: [],
    spent: new Set(),
  };
  take(imagining, { kind: "tick" });
  return { follow: (seen) => follow(imagining, seen) };
};

const follow = (imagining: Imagining, seen: Seen): void => {
  if (seen.now - imagining.start.now > LONGEST_RUN_MS) throw damaged("it claims to span more than a year");
  if (seen.now > imagining.now + LONGEST_PAUSE_MS) imagining.now = seen.now;
  live(imagining, seen.now);
  imagining.now = Math.max(imagining.now, seen.now);
  const event = fromOutside(imagining, seen);
  if (event !== null) take(imagining, event);
};

/** Deadlines and outcomes up to a moment, in their order. */
const live = (imagining: Imagining, until: number): void => {
  let still = 0;
  for (;;) {
    const outcome = imagining.underway[0];
    const at = Math.min(imagining.wakeAt, outcome?.at ?? Number.POSITIVE_INFINITY);
    if (at > until) return;
    still = at > imagining.now ? 0 : still + 1;
    if (still > STEPS_MAX) throw damaged("time stands still in it");
    imagining.now = Math.max(imagining.now, at);
    if (outcome !== undefined && outcome.at <= at) imagining.underway.shift();
    take(imagining, outcome !== undefined && outcome.at <= at ? outcome.event : { kind: "tick" });
  }
};

/** What a step was given from outside the daemon; its own outcomes and reloads are not this daemon's. */
const fromOutside = (imagining: Imagining, { event, now, before }: Seen): Event | null => {
  switch (event.kind) {
    case "kernel-read":
      imagining.kernel.record(event.kernel, now);
      return reading(imagining);
    case "traffic-counted":
      return {
        kind: "traffic-counted",
        counts: summed(event.counts.flatMap((count) => moved(imagining, count, before))),
      };
    case "gateway-unresolved":
    case "gateway-resolved":
    case "client-told":
    case "client-ended":
    case "ordered":
      return event;
    default:
      return null;
  }
};

/** User packets leave where this daemon leads new flows; there they are answered if that line is alive. */
const moved = (imagining: Imagining, count: TrafficCount, before: State): TrafficCount[] => {
  const name = before.uplinks.find(({ number }) => number === count.number)?.settings.name;
  if (name === undefined) return [];
  const { carrying } = imagining.state.families[count.family];
  const followed = before.families[count.family].carrying.includes(name) && !carrying.includes(name);
  const carrier = followed ? carrying[0] : name;
  const number = imagining.state.uplinks.find(({ settings }) => settings.name === carrier)?.number;
  if (carrier === undefined || number === undefined) return [];
  const received = followed && !isDead(imagining, carrier, count.family) ? count.sent : 0;
  return [{ ...count, number, received: followed ? received : count.received }];
};

/** One count for each uplink and family. */
const summed = (counts: readonly TrafficCount[]): TrafficCount[] => {
  const sums = new Map<string, TrafficCount>();
  for (const count of counts) {
    const key = `${count.number} ${count.family}`;
    const sum = sums.get(key);
    const [sent, received] = [count.sent + (sum?.sent ?? 0), count.received + (sum?.received ?? 0)];
    sums.set(key, { ...count, sent, received });
  }
  return [...sums.values()];
};

const isDead = ({ history, now }: Imagining, uplink: string, family: Family): boolean =>
  spanAt(history.place(uplink, family)?.dead ?? [], now) !== undefined;

const take = (imagining: Imagining, first: Event): void => {
  const queue = [first];
  for (let event = queue.shift(); event !== undefined; event = queue.shift()) {
    const { now } = imagining;
    const { state, commands, wakeAt } = step(imagining.state, event, now);
    imagining.state = state;
    imagining.wakeAt = wakeAt;
    let answered = 0;
    for (const command of commands) {
      if (command.kind === "send-probe") answered += send(imagining, command) ? 1 : 0;
      else queue.push(...perform(imagining, command));
    }
    imagining.onStep({ state, commands, now, answered });
  }
};

const perform = (imagining: Imagining, command: Command): Event[] => {
  switch (command.kind) {
    case "read-kernel": {
      const read = reading(imagining);
      return read === null ? [] : [read];
    }
    case "edit-kernel": {
      imagining.kernel.edit(command.edits);
      const load = command.edits.find((edit) => edit.kind === "load-firewall");
      return [{ kind: "kernel-edited", failures: [], firewall: load?.ruleset }];
    }
    // What a script or Asterisk would have said then, nobody knows: they are taken to agree.
    case "check-way":
      return [{ kind: "way-checked", uplink: command.uplink, problems: [] }];
    case "ask-asterisk":
      return [{ kind: "asterisk-answered", question: command.question, calls: 0, problem: null }];
    case "run-script":
      return [{ kind: "script-ended", script: command.script, outcome: { kind: "exited", code: 0 } }];
    default:
      return [];
  }
};

const reading = ({ kernel, now }: Imagining): Event | null => {
  const read = kernel.read(now);
  return read === null ? null : { kind: "kernel-read", kernel: read };
};

/** Whether it will be answered. */
const send = (imagining: Imagining, { uplink, family, seq, target }: SendProbe): boolean => {
  const { history, now, spent, underway } = imagining;
  const answer = history.place(uplink, family)?.line.answer(targetText(target), now, spent) ?? "silence";
  if (answer === "silence" || (answer !== "refused" && answer.rttMs > LONGEST_RTT_MS)) return false;
  const about = { uplink, family, seq };
  const outcome =
    answer === "refused"
      ? { at: now, event: { kind: "probe-refused", ...about, error: "refused, as recorded" } as const }
      : { at: now + answer.rttMs, event: { kind: "probe-replied", ...about, rttMs: answer.rttMs } as const };
  const behind = underway.findIndex(({ at }) => at > outcome.at);
  underway.splice(behind < 0 ? underway.length : behind, 0, outcome);
  return answer !== "refused";
};
