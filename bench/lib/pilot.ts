import type { SendProbe } from "../../src/core/command.ts";
import type { Event } from "../../src/core/event.ts";
import type { Edit, EditFailure, KernelState } from "../../src/core/kernel/kernel.ts";
import { applyEdits } from "../../src/core/kernel/plan.ts";
import type { Settings } from "../../src/core/settings.ts";
import { start } from "../../src/core/start.ts";
import type { State } from "../../src/core/state.ts";
import { type Step, step } from "../../src/core/step.ts";

/** What the core reads and edits: the real kernel, or one in memory. */
export interface PilotKernel {
  read(sysctlNames: readonly string[]): KernelState;
  edit(edits: readonly Edit[]): {
    readonly failures: readonly EditFailure[];
    readonly firewall: string | null | undefined;
  };
}

/** One step, for those who watch. */
export interface StepSeen {
  readonly before: State;
  readonly event: Event;
  readonly now: number;
  readonly step: Step;
}

export interface PilotOptions {
  readonly settings: Settings;
  readonly kernel: PilotKernel;
  /** Whether a probe is answered. */
  readonly answers: (probe: SendProbe) => boolean;
  readonly onStep?: (seen: StepSeen) => void;
}

/** The core on a clock that runs as fast as it can be stepped. */
export interface Pilot {
  state(): State;
  /** Milliseconds since an imagined boot. */
  now(): number;
  /** Something else happens now. */
  push(event: Event): void;
  /** Lives on for so many milliseconds. */
  advance(ms: number): void;
}

const BOOT_MS = 1_000_000;
const RTT_MS = 20;

/** A kernel in memory that takes every edit. */
export const memoryKernel = (initial: KernelState): PilotKernel => {
  let kernel = initial;
  return {
    read: () => kernel,
    edit: (edits) => {
      const load = edits.find((edit) => edit.kind === "load-firewall");
      kernel = applyEdits(kernel, edits);
      if (load !== undefined) kernel = { ...kernel, firewall: load.ruleset };
      return { failures: [], firewall: load?.ruleset };
    },
  };
};

/** Starts the core. Replies come after 20 ms each, in the order of the probes. */
export const openPilot = ({ settings, kernel, answers, onStep = () => {} }: PilotOptions): Pilot => {
  let now = BOOT_MS;
  let state = start({ settings, memory: null, seed: 1, now });
  let wakeAt = now;
  const replies: { readonly at: number; readonly event: Event }[] = [];

  const send = ({ uplink, family, seq, ...probe }: SendProbe): null => {
    const event: Event = { kind: "probe-replied", uplink, family, seq, rttMs: RTT_MS };
    if (answers({ uplink, family, seq, ...probe })) replies.push({ at: now + RTT_MS, event });
    return null;
  };
  const perform = (command: Step["commands"][number]): Event | null => {
    switch (command.kind) {
      case "read-kernel":
        return { kind: "kernel-read", kernel: kernel.read(command.sysctlNames) };
      case "edit-kernel":
        return { kind: "kernel-edited", ...kernel.edit(command.edits) };
      case "send-probe":
        return send(command);
      case "ask-gateway":
      case "run-client":
      case "flush-flows":
      case "use-resolvers":
      case "shape-uplink":
      case "save-memory":
      case "run-script":
      case "ask-asterisk":
      case "check-way":
      case "report":
      case "answer-order":
        return null;
    }
  };
  const push = (first: Event): void => {
    const queue = [first];
    for (let event = queue.shift(); event !== undefined; event = queue.shift()) {
      const before = state;
      const taken = step(before, event, now);
      ({ state, wakeAt } = taken);
      onStep({ before, event, now, step: taken });
      for (const command of taken.commands) {
        const outcome = perform(command);
        if (outcome !== null) queue.push(outcome);
      }
    }
  };
  const advance = (ms: number): void => {
    const end = now + ms;
    for (;;) {
      const reply = replies[0];
      const at = Math.min(wakeAt, reply?.at ?? Number.POSITIVE_INFINITY);
      if (at > end) break;
      now = Math.max(now, at);
      if (reply !== undefined && reply.at <= now) push(replies.shift()?.event ?? { kind: "tick" });
      else push({ kind: "tick" });
    }
    now = end;
  };
  return { state: () => state, now: () => now, push, advance };
};
