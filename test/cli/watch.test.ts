import { expect, test, vi } from "vitest";
import type { DaemonClient } from "../../src/api/contract.ts";
import type { TerminalListener } from "../../src/cli/terminal.ts";
import { watchLive, watchPlain } from "../../src/cli/watch.ts";
import { AppError } from "../../src/error.ts";
import { answerOf, healthy } from "./fixture.ts";

const RESTORED = "\u001b[?1049l";

const gone = new AppError("no-daemon", "no daemon answers on /run/x");

/** A daemon whose state of health the test sets. */
const daemon = () => {
  let answers = (): Promise<ReturnType<typeof answerOf>> => Promise.resolve(answerOf(healthy));
  const unused = () => Promise.reject(new Error("not asked for"));
  const orders = { test: unused, failback: unused, use: unused, notifyTest: unused, history: unused };
  const client: DaemonClient = { status: () => answers(), report: unused, explain: unused, ...orders };
  return {
    client,
    die: () => {
      answers = () => Promise.reject(gone);
    },
    hang: () => {
      answers = () => new Promise(() => {});
    },
    live: () => {
      answers = () => Promise.resolve(answerOf(healthy));
    },
  };
};

/** A terminal that keeps what is written, and whose keys the test presses. */
const keyboard = () => {
  let listener: TerminalListener | undefined;
  let text = "";
  return {
    text: () => text,
    press: (keys: string) => listener?.typed(keys),
    resize: () => listener?.resized(),
    crash: () => listener?.dying(),
    isReleased: () => listener === undefined,
    terminal: {
      size: () => ({ columns: 80, rows: 24 }),
      write: (more: string) => {
        text += more;
      },
      listen: (given: TerminalListener) => {
        listener = given;
        return () => {
          listener = undefined;
        };
      },
    },
  };
};

const started = async () => {
  const { terminal, ...keys } = keyboard();
  const source = daemon();
  const ended = watchLive({ client: source.client, terminal, colours: false });
  await vi.waitFor(() => expect(keys.text()).toContain("Traffic takes fiber"));
  return { ...keys, ...source, ended };
};

test.each([["q"], ["Q"], ["\u0003"]])("the key %j ends the live view and restores the terminal", async (key) => {
  const { press, text, isReleased, ended } = await started();
  press("x");
  press(key);
  expect(await ended).toBe(0);
  expect(text().endsWith(RESTORED)).toBe(true);
  expect(isReleased()).toBe(true);
});

test("a daemon that goes away is shown, and found again", async () => {
  const { press, text, die, live, ended } = await started();
  die();
  await vi.waitFor(() => expect(text()).toContain("Old news"), 3000);
  const length = text().length;
  live();
  await vi.waitFor(() => expect(text().slice(length)).toContain("\u001b[2;1H\u001b[K"), 3000);
  press("q");
  await ended;
});

test("a daemon that hangs keeps nobody from quitting", async () => {
  const { press, hang, ended } = await started();
  hang();
  await new Promise((resolve) => setTimeout(resolve, 700));
  press("q");
  expect(await ended).toBe(0);
});

test("a resized terminal is drawn anew at once", async () => {
  const { press, text, resize, ended } = await started();
  const length = text().length;
  resize();
  expect(text().slice(length)).toContain("Traffic takes fiber");
  press("q");
  await ended;
});

test("a process that dies restores the terminal first", async () => {
  const { press, text, crash, ended } = await started();
  crash();
  expect(text().endsWith(RESTORED)).toBe(true);
  press("q");
  await ended;
  expect(text().endsWith(RESTORED)).toBe(true);
});

test("where no daemon answers at first the terminal is not touched", async () => {
  const { terminal, text } = keyboard();
  const { client, die } = daemon();
  die();
  await expect(watchLive({ client, terminal, colours: false })).rejects.toBe(gone);
  expect(text()).toBe("");
});

test("without a terminal a status is printed each second, and silence is told", async () => {
  const written: string[] = [];
  const complained: string[] = [];
  const { client, die } = daemon();
  const stop = new AbortController();
  const output = { write: (text: string) => written.push(text), complain: (text: string) => complained.push(text) };
  const ended = watchPlain({ client, json: true, look: { width: 80, colours: false }, output, signal: stop.signal });
  await vi.waitFor(() => expect(written).toHaveLength(1));
  die();
  await vi.waitFor(() => expect(complained).toEqual(["wan-failover: no daemon answers on /run/x; trying again"]), 3000);
  stop.abort();
  expect(await ended).toBe(0);
  expect(JSON.parse(written[0] ?? "").status.active).toEqual(["fiber"]);
});
