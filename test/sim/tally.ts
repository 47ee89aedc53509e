import type { Command } from "../../src/core/command.ts";
import type { StepSeen } from "./daemon.ts";

/** Counts what the daemon does. */
export interface Tally {
  /** Throws where it does too much. */
  count(seen: StepSeen): void;
  /** Throws where it kept on editing without a reason after everything was calm. */
  checkCalm(): void;
  /** The same for the same events and commands at the same times. */
  hash(): number;
}

/** The most commands of a kind within a second of virtual time, whatever happens. */
const MOST_PER_SECOND: Readonly<Record<Command["kind"], number>> = {
  "read-kernel": 250,
  "edit-kernel": 150,
  "send-probe": 300,
  "ask-gateway": 100,
  "flush-flows": 50,
  "run-script": 20,
  "run-client": 20,
  "use-resolvers": 20,
  "shape-uplink": 20,
  "ask-asterisk": 20,
  "check-way": 20,
  "save-memory": 150,
  report: 400,
  "answer-order": 20,
};

/** After the last happening everything comes to rest within this time, but for what the detectors find. */
const REST_MS = 30_000;

/** Counts from the start; `calmAt` is when the last happening is over. */
export const openTally = (calmAt: number): Tally => {
  let second = 0;
  let counts = new Map<Command["kind"], number>();
  let hash = 0x811c9dc5;
  let unexplained = 0;

  const add = (text: string): void => {
    for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  };

  const countCommand = ({ kind }: Command): void => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    if (count > MOST_PER_SECOND[kind]) throw new Error(`more than ${MOST_PER_SECOND[kind]} × ${kind} within a second`);
  };

  const count = ({ now, event, commands, wakeAt }: StepSeen): void => {
    if (Math.floor(now / 1000) !== second) {
      second = Math.floor(now / 1000);
      counts = new Map();
    }
    add(`${now} ${event.kind} ${wakeAt}`);
    for (const command of commands) {
      countCommand(command);
      add(textOf(command));
    }
    const edits = commands.some(({ kind }) => kind === "edit-kernel");
    const decided = commands.some(({ kind }) => kind === "report");
    if (now > calmAt + REST_MS && edits && !decided) unexplained += 1;
  };

  const checkCalm = (): void => {
    if (unexplained > MOST_UNEXPLAINED) throw new Error(`${unexplained} edits although nothing happens any more`);
  };
  return { count, checkCalm, hash: () => hash >>> 0 };
};

/** A gateway's grace or a route's expiry may end so late. */
const MOST_UNEXPLAINED = 3;

const textOf = (command: Command): string =>
  command.kind === "send-probe" ? `${command.uplink} ${command.seq}` : JSON.stringify(command);
