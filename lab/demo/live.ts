import { setTimeout as pause } from "node:timers/promises";
import { openScreen, type Screen } from "../../src/cli/screen.ts";
import type { Terminal } from "../../src/cli/terminal.ts";
import { faultOf } from "./breakage.ts";
import { screen as drawnScreen } from "./render.ts";
import type { Session } from "./session.ts";

/** How often the screen is drawn and the daemon asked (ms). */
const FRAME_MS = 200;

/** q, Q, Ctrl-C, Ctrl-D: all are characters while the terminal is ours. */
const QUIT: readonly string[] = ["q", "Q", "\u0003", "\u0004"];

/** Whether keys that were typed mean to quit. */
export const isQuit = (keys: string): boolean => [...keys].some((key) => QUIT.includes(key));

export interface Live {
  readonly session: Session;
  readonly terminal: Terminal;
  readonly colours: boolean;
  readonly quit: AbortController;
}

/** What each key does, besides those of the faults. */
const ORDERS: Readonly<Record<string, (session: Session) => unknown>> = {
  "1": (session) => session.choose(0),
  "2": (session) => session.choose(1),
  "?": (session) => session.toggleHelp(),
  h: (session) => session.heal(),
  t: (session) => session.order("test"),
  f: (session) => session.order("failback"),
};

/** Keys without a meaning do nothing, save for leaving the help. */
const press = ({ session, quit }: Live, key: string): void => {
  const fault = faultOf(key);
  if (isQuit(key)) quit.abort();
  else if (session.model().help) session.toggleHelp();
  else if (fault !== null) void session.toggle(fault);
  else ORDERS[key]?.(session);
};

/** Runs until a key, a signal or the daemon's end. Gives the daemon's last words where that ended it, else null. */
export const runLive = async (live: Live): Promise<string | null> => {
  const { session, terminal, colours, quit } = live;
  let lastWords: string | null = null;
  const death = new AbortController();
  void session.died.then((words) => {
    lastWords = words;
    death.abort();
  });
  const screen = openScreen({ terminal, colours });
  const draw = (): void => screen.draw(drawnScreen(session.model(), { ...terminal.size(), colours }));
  const release = terminal.listen({
    typed: (keys) => {
      // Arrow keys and their like begin with an escape character, and mean nothing here.
      if (!keys.startsWith("\u001b")) for (const key of keys) press(live, key);
      draw();
    },
    resized: () => {
      screen.forget();
      draw();
    },
    ended: () => quit.abort(),
    dying: () => screen.close(),
  });
  try {
    await frames(session, { draw, signal: AbortSignal.any([quit.signal, death.signal]) });
  } finally {
    close(screen, release);
  }
  return lastWords;
};

const close = (screen: Screen, release: () => void): void => {
  screen.close();
  release();
};

const frames = async (session: Session, { draw, signal }: { draw: () => void; signal: AbortSignal }): Promise<void> => {
  const aborted = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  while (!signal.aborted) {
    draw();
    await Promise.race([pause(FRAME_MS), aborted]);
    if (!signal.aborted) await Promise.race([session.refresh().catch(() => {}), aborted]);
  }
};
