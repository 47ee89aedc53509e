/** Virtual time: what happens when. Acts of one moment happen in the order in which they were entered. */
export interface Agenda {
  /** Milliseconds. */
  now(): number;
  at(at: number, act: () => void): void;
  /** The one deadline of the daemon; replaces the one before. */
  wakeAt(at: number, act: () => void): void;
  /** When something is due next, Infinity if never. */
  nextAt(): number;
  /** Lets everything happen that is due until then. */
  run(until: number): void;
}

interface Entry {
  readonly at: number;
  readonly act: () => void;
}

/** More at one moment mean that time will never go on. */
const MOST_ACTS = 200;

const NEVER: Entry = { at: Number.POSITIVE_INFINITY, act: () => {} };

/** Begins at `start`, milliseconds. */
export const openAgenda = (start: number): Agenda => {
  let now = start;
  let deadline = NEVER;
  const entries: Entry[] = [];
  const at = (when: number, act: () => void): void => {
    let place = entries.length;
    while (place > 0 && (entries[place - 1] ?? NEVER).at > when) place -= 1;
    entries.splice(place, 0, { at: when, act });
  };
  const take = (): Entry => {
    const first = entries[0] ?? NEVER;
    if (first.at <= deadline.at) {
      entries.shift();
      return first;
    }
    const due = deadline;
    deadline = NEVER;
    return due;
  };
  const nextAt = (): number => Math.min((entries[0] ?? NEVER).at, deadline.at);
  const run = (until: number): void => {
    let acts = 0;
    while (nextAt() <= until) {
      const next = take();
      acts = next.at > now ? 0 : acts + 1;
      if (acts > MOST_ACTS) throw new Error(`more than ${MOST_ACTS} wake-ups at one moment`);
      now = Math.max(now, next.at);
      next.act();
    }
    now = Math.max(now, until);
  };
  const wakeAt = (when: number, act: () => void): void => {
    deadline = { at: when, act };
  };
  return { now: () => now, at, wakeAt, nextAt, run };
};
