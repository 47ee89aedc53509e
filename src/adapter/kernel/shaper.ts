import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { ShapeUplink } from "../../core/command.ts";
import type { Event } from "../../core/event.ts";
import { cakeWords, fairWords, htbWords } from "./tc-words.ts";

/** What became of an order. */
export type Shaped = Pick<Extract<Event, { kind: "uplink-shaped" }>, "by" | "problem">;

/** tc takes some milliseconds. */
const TIMEOUT_MS = 5000;

const run = promisify(execFile);

/** Debian leaves the folder of tc out of an ordinary user's PATH. */
const tc = async (...words: readonly string[]): Promise<void> => {
  const env = { ...process.env, PATH: `${process.env.PATH ?? ""}:/usr/sbin:/sbin` };
  await run("tc", words, { env, timeout: TIMEOUT_MS, killSignal: "SIGKILL" });
};

/** The last line that the program wrote, else what Node says. */
const wordsOf = (error: unknown): string => {
  const { stderr, message, code } = error as NodeJS.ErrnoException & { stderr?: string };
  if (code === "ENOENT") return "the program tc is missing";
  return (stderr || message).trim().split("\n").at(0) ?? message;
};

/** Shapes an interface's egress by CAKE, or by HTB where that is refused. Never rejects. */
export const shapeUplink = async (order: ShapeUplink): Promise<Shaped> => {
  try {
    await byCake(order);
    return { by: "cake", problem: null };
  } catch (error) {
    const refusal = wordsOf(error);
    return byHtb(order).then(
      (): Shaped => ({ by: "htb", problem: refusal }),
      (other): Shaped => ({ by: null, problem: `CAKE: ${refusal}; HTB: ${wordsOf(other)}` }),
    );
  }
};

const byCake = (order: ShapeUplink): Promise<void> => tc(...cakeWords(order));

/** Below it, fair queueing where the kernel has that, else one queue. */
const byHtb = async (order: ShapeUplink): Promise<void> => {
  await tc("qdisc", "del", "dev", order.interface, "root").catch(() => {});
  for (const words of htbWords(order)) await tc(...words);
  await tc(...fairWords(order)).catch(() => {});
};
