import type { Notice } from "../core/notify/notice.ts";
import { notifyProblems } from "../core/notify/problems.ts";
import type { Moment, NotifySettings } from "../core/notify/settings.ts";
import {
  type NotifyCommand,
  type NotifyEvent,
  type NotifyMemory,
  startNotify,
  stepNotify,
} from "../core/notify/step.ts";
import type { View } from "../core/notify/view.ts";
import type { Clock } from "./loop.ts";

/** What the notifier needs of the world. */
export interface NotifierPorts {
  readonly clock: Clock;
  /** Names the machine's boot. */
  readonly boot: string;
  readonly moment: () => Moment;
  /** How things are now. Never throws. */
  readonly view: () => View;
  /** Rejects with a sentence without secrets. */
  readonly deliver: (channel: string, batch: readonly Notice[]) => Promise<void>;
  /** Never throws. */
  readonly save: (memory: NotifyMemory) => void;
  readonly log: (level: "error" | "info", text: string) => void;
}

/** What became of a message on one channel. */
export interface ChannelResult {
  readonly channel: string;
  /** null: it is through; else why not yet. */
  readonly problem: string | null;
}

/** Tells people, beside the daemon's own loop and never in its way. */
export interface Notifier {
  /** Something may have happened. Never throws. */
  look(): void;
  configure(settings: NotifySettings): void;
  /** What isn't through, a sentence each. */
  problems(): readonly string[];
  /** Sends a message to every channel, and says what became of it within this time (ms). */
  test(withinMs: number): Promise<readonly ChannelResult[]>;
  close(): void;
}

/** A notifier with what an earlier run left. */
export const openNotifier = (settings: NotifySettings, memory: NotifyMemory | null, ports: NotifierPorts): Notifier => {
  let state = startNotify(settings, memory, { now: ports.clock.now(), boot: ports.boot });
  const outcomes = openOutcomes();
  const look = (): void => take({ kind: "looked", view: ports.view() });
  const take = (event: NotifyEvent): void => {
    const out = stepNotify(state, event, ports.moment());
    state = out.state;
    ports.clock.wakeAt(out.wakeAt, look);
    for (const command of out.commands) carryOut(command);
  };
  const carryOut = (command: NotifyCommand): void => {
    if (command.kind === "log") ports.log(command.level, command.text);
    else if (command.kind === "save") ports.save(command.memory);
    else void deliver(command.channel, command.batch);
  };
  const deliver = async (channel: string, batch: readonly Notice[]): Promise<void> => {
    const problem = await ports.deliver(channel, batch).then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    take(problem === null ? { kind: "delivered", channel } : { kind: "failed", channel, problem });
    outcomes.tell({ channel, problem });
  };
  return {
    look,
    configure: (next) => take({ kind: "configured", settings: next }),
    problems: () => notifyProblems(state, ports.clock.now()),
    test: (withinMs) => {
      const results = outcomes.collect(state.settings.channels, withinMs);
      take({ kind: "test-asked", view: ports.view() });
      return results;
    },
    close: () => ports.clock.wakeAt(Number.POSITIVE_INFINITY, () => {}),
  };
};

/** Who waits for what becomes of a message. */
const openOutcomes = () => {
  const waiting = new Set<(result: ChannelResult) => void>();
  return {
    tell: (result: ChannelResult): void => {
      for (const hear of waiting) hear(result);
    },
    collect: (channels: readonly string[], withinMs: number): Promise<readonly ChannelResult[]> =>
      new Promise((resolve) => {
        const results = new Map(channels.map((channel) => [channel, "it is still being tried" as string | null]));
        const missing = new Set(channels);
        const finish = (): void => {
          clearTimeout(timer);
          waiting.delete(hear);
          resolve([...results].map(([channel, problem]) => ({ channel, problem })));
        };
        const hear = ({ channel, problem }: ChannelResult): void => {
          if (!missing.delete(channel)) return;
          results.set(channel, problem);
          if (missing.size === 0) finish();
        };
        const timer = setTimeout(finish, withinMs);
        waiting.add(hear);
        if (missing.size === 0) finish();
      }),
  };
};
