import { setTimeout as pause } from "node:timers/promises";
import type { DaemonClient } from "../api/contract.ts";
import { AppError } from "../error.ts";
import { frame, type View } from "./frame.ts";
import type { Output } from "./output.ts";
import { openScreen } from "./screen.ts";
import { type Look, statusText } from "./status.ts";
import type { Terminal } from "./terminal.ts";

/** How often the live view asks (ms): as often as a person can read. */
const LIVE_MS = 500;
/** How often a plain text is printed (ms). */
const PLAIN_MS = 1000;

/** q, Q, Ctrl-C, Ctrl-D. */
const QUIT: readonly string[] = ["q", "Q", "\u0003", "\u0004"];

/** What the live view needs. */
export interface LiveWatch {
  readonly client: DaemonClient;
  readonly terminal: Terminal;
  readonly colours: boolean;
}

/** A live view of the whole screen until a key or a signal ends it. Returns the exit code. Throws AppError if no daemon answers at first. */
export const watchLive = async ({ client, terminal, colours }: LiveWatch): Promise<number> => {
  let view: View = { answer: await client.status(), lost: null };
  const quit = new AbortController();
  const screen = openScreen({ terminal, colours });
  const draw = (): void => screen.draw(frame(view, { ...terminal.size(), now: Date.now() }));
  const release = terminal.listen({
    typed: (keys) => {
      if ([...keys].some((key) => QUIT.includes(key))) quit.abort();
    },
    resized: () => {
      screen.forget();
      draw();
    },
    ended: () => quit.abort(),
    dying: () => screen.close(),
  });
  try {
    while (!quit.signal.aborted) {
      draw();
      await rest(LIVE_MS, quit.signal);
      view = await renewed(view, { client, signal: quit.signal });
    }
  } finally {
    screen.close();
    release();
  }
  return 0;
};

/** Ends early, and quietly, when asked to quit. */
const rest = (ms: number, signal: AbortSignal): Promise<void> => pause(ms, undefined, { signal }).catch(() => {});

interface Source {
  readonly client: DaemonClient;
  readonly signal: AbortSignal;
}

/** What is now; a daemon that hangs doesn't keep anybody from quitting. */
const renewed = (view: View, { client, signal }: Source): Promise<View> =>
  new Promise((resolve, reject) => {
    const giveUp = (): void => resolve(view);
    signal.addEventListener("abort", giveUp);
    asked(view, client)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", giveUp));
    if (signal.aborted) giveUp();
  });

const asked = async (view: View, client: DaemonClient): Promise<View> => {
  try {
    return { answer: await client.status(), lost: null };
  } catch (error) {
    const now = performance.now();
    const since = view.lost?.since ?? now;
    return { ...view, lost: { since, forMs: now - since, why: wordsOf(error) } };
  }
};

const wordsOf = (error: unknown): string => {
  if (error instanceof AppError) return error.detail;
  throw error;
};

/** What the plain view needs. */
export interface PlainWatch {
  readonly client: DaemonClient;
  readonly json: boolean;
  readonly look: Look;
  readonly output: Output;
  /** Ends the view. */
  readonly signal: AbortSignal;
}

/** Prints the status each second, for what is no terminal; JSON: one line each. Throws AppError if no daemon answers at first. */
export const watchPlain = async (watch: PlainWatch): Promise<number> => {
  let view: View = { answer: await watch.client.status(), lost: null };
  while (!watch.signal.aborted) {
    print(view, watch);
    await rest(PLAIN_MS, watch.signal);
    view = await renewed(view, watch);
  }
  return 0;
};

const print = ({ answer, lost }: View, { json, look, output }: PlainWatch): void => {
  if (lost !== null) output.complain(`wan-failover: ${lost.why}; trying again`);
  else if (json) output.write(JSON.stringify(answer));
  else output.write(`${new Date().toISOString()}\n${statusText(answer, look)}\n`);
};
