import type { Command } from "../core/command.ts";
import type { Event } from "../core/event.ts";
import type { State } from "../core/state.ts";
import { step } from "../core/step.ts";
import type { Stepped } from "./journal/journal.ts";

/** The one source of time and the one deadline. */
export interface Clock {
  /** Milliseconds, monotonic since boot. */
  now(): number;
  /** Replaces the deadline; Infinity: none. */
  wakeAt(at: number, callback: () => void): void;
}

export interface LoopOptions {
  readonly initial: State;
  readonly clock: Clock;
  /** Carries a command out; what comes of it at once, or null. Must not throw. */
  readonly perform: (command: Command) => Event | null;
  /** Is shown each step once its commands are carried out. Must not throw. */
  readonly observe?: (stepped: Stepped) => void;
}

/** The daemon's heart. */
export interface Loop {
  /** Takes an event in and carries out what follows from it. */
  push(event: Event): void;
  /** The state after the last event. */
  state(): State;
}

/** Runs events through `step` one at a time and carries out the commands of each before the next. */
export const openLoop = ({ initial, clock, perform, observe }: LoopOptions): Loop => {
  let state = initial;
  let busy = false;
  const queue: Event[] = [];

  const take = (event: Event): void => {
    const now = clock.now();
    const out = step(state, event, now);
    state = out.state;
    clock.wakeAt(out.wakeAt, () => push({ kind: "tick" }));
    for (const command of out.commands) {
      const outcome = perform(command);
      if (outcome !== null) queue.push(outcome);
    }
    observe?.({ event, now, state: out.state, commands: out.commands });
  };

  const push = (event: Event): void => {
    queue.push(event);
    if (busy) return;
    busy = true;
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) take(next);
    } finally {
      busy = false;
    }
  };

  return { push, state: () => state };
};
