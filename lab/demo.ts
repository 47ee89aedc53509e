import { accessSync, constants } from "node:fs";
import { processTerminal, type Terminal } from "../src/cli/terminal.ts";
import { AppError, CATALOGUE } from "../src/error.ts";
import { demoFaults, obeyPage } from "./demo/faults-page.ts";
import { openFront } from "./demo/front.ts";
import { guardTerminal } from "./demo/guard.ts";
import { isQuit, runLive } from "./demo/live.ts";
import { type DemoOptions, parseOptions } from "./demo/options.ts";
import { runScript } from "./demo/script.ts";
import { openSession, type Session } from "./demo/session.ts";

const EXIT = { done: 0, failed: 1, usage: 2 } as const;

const FAREWELL = "The lab is gone: its namespaces, processes and files are removed.";

const TUN = "/dev/net/tun";

/** The lab's lines have delays: relays between TAP interfaces. */
const checkTun = (): void => {
  try {
    accessSync(TUN, constants.R_OK | constants.W_OK);
  } catch (cause) {
    throw new AppError("lab-unavailable", `The demo needs ${TUN}: \`modprobe tun\`, or allow it in this container.`, {
      cause,
    });
  }
};

const checkRoot = (): void => {
  if (process.getuid?.() !== 0)
    throw new AppError("lab-unavailable", "The demo needs root: it builds network namespaces.");
};

const isLive = ({ plain }: DemoOptions): boolean =>
  !plain && process.stdin.isTTY === true && process.stdout.isTTY === true && process.env.TERM !== "dumb";

/** One line that is written over, and erased at last. */
const progressLine = (words: string): void => void process.stdout.write(`\r\u001b[K${words}`);

const write = (text: string): void => void process.stdout.write(`${text}\n`);

/**
 * Listens for whoever wants to quit. The keyboard is taken from the beginning, so that Ctrl-C is a character: as a signal
 * it would go to the lab's helpers too. Gives what ends that.
 */
const listen = (terminal: Terminal, quit: AbortController): (() => void) =>
  terminal.listen({
    typed: (keys) => {
      if (isQuit(keys)) quit.abort();
    },
    resized: () => {},
    ended: () => quit.abort(),
    dying: () => {},
  });

interface Show {
  readonly session: Session;
  readonly terminal: Terminal;
  readonly quit: AbortController;
}

const showLive = async ({ session, terminal, quit }: Show): Promise<number> => {
  progressLine("");
  const lastWords = await runLive({ session, terminal, colours: !process.env.NO_COLOR, quit });
  if (lastWords === null) return EXIT.done;
  throw new AppError("no-daemon", `The daemon has ended by itself. Its last words:\n${lastLines(lastWords)}`);
};

const LAST_LINES = 10;

const lastLines = (text: string): string => text.trim().split("\n").slice(-LAST_LINES).join("\n");

const showPlain = async ({ session, quit }: Show): Promise<number> => {
  await runScript({ session, write, signal: quit.signal });
  return EXIT.done;
};

/** Builds, shows, and removes. Rejects where it is to quit. */
const visit = async (options: DemoOptions, { terminal, quit }: Omit<Show, "session">): Promise<number> => {
  const live = isLive(options);
  const progress = live ? progressLine : write;
  const session = await openSession(options, { progress, signal: quit.signal });
  try {
    const front = await openFront({
      socketPath: session.socketPath,
      faults: () => demoFaults(session.model()),
      act: (order) => obeyPage(session, order),
    });
    session.tellPage(front.address);
    return await (live ? showLive : showPlain)({ session, terminal, quit }).finally(front.close);
  } finally {
    await session.close();
  }
};

const show = async (options: DemoOptions): Promise<number> => {
  checkRoot();
  checkTun();
  const guard = process.stdin.isTTY && process.stdout.isTTY ? guardTerminal() : null;
  const quit = new AbortController();
  const terminal = processTerminal(process);
  const release = listen(terminal, quit);
  let failed = false;
  try {
    return await visit(options, { terminal, quit });
  } catch (error) {
    failed = !quit.signal.aborted;
    if (failed) throw error;
    return isLive(options) ? EXIT.done : EXIT.failed;
  } finally {
    release();
    guard?.release();
    if (isLive(options)) progressLine("");
    if (!failed) write(FAREWELL);
  }
};

const exitCodeOf = ({ code }: AppError): number =>
  code === "usage" || code.startsWith("config-") ? EXIT.usage : EXIT.failed;

/** `wan-failover demo`. Returns the exit code; what a user can do something about is said in a sentence. */
export const demo = async (argv: readonly string[]): Promise<number> => {
  try {
    return await show(parseOptions(argv));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    process.stderr.write(
      `wan-failover: ${error.detail}${error.code === "usage" ? ` ${CATALOGUE.usage.remedy}` : ""}\n`,
    );
    return exitCodeOf(error);
  }
};
