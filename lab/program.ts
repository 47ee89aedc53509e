import { type ChildProcessByStdio, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { AppError } from "../src/error.ts";
import { hold } from "./hold.ts";

/** A child inside a namespace. Its input is a pipe that ends with us, its errors are ours. */
export type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** The bundled lab: child programs must be JavaScript, and namespaces need processes of their own. */
const PROGRAM = fileURLToPath(new URL("../dist/lab.mjs", import.meta.url));

const SMALL_HEAP = "--max-semi-space-size=1";

/** Lets us exit although the child still runs: the watchdog ends it. */
export const release = (child: Child): void => {
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) hold(stream, false);
};

/** Starts a command inside a namespace. */
export const spawnIn = (namespace: string, argv: readonly string[], env: NodeJS.ProcessEnv = {}): Child => {
  const child = spawn("ip", ["netns", "exec", namespace, ...argv], {
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => {});
  return child;
};

/** Resolves when the child has written `ready`. Rejects with its errors where it ends before. */
const readiness = (child: Child, what: string): Promise<void> =>
  new Promise((resolve, reject) => {
    let errors = "";
    child.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    child.stdout.on("data", (chunk: Buffer) => {
      if (chunk.includes("ready\n")) resolve();
    });
    child.on("error", reject);
    child.on("close", () => reject(new AppError("lab-unavailable", `The lab's ${what} ended: ${errors.trim()}`)));
  });

/** Starts one of the lab's own programs inside a namespace and waits until it is ready. */
export const startProgram = async (namespace: string, program: { name: string; order: unknown }): Promise<Child> => {
  if (!existsSync(PROGRAM)) throw new AppError("lab-unavailable", `${PROGRAM} is missing: run \`npm run build\`.`);
  const argv = [process.execPath, SMALL_HEAP, PROGRAM, program.name, JSON.stringify(program.order)];
  const child = spawnIn(namespace, argv);
  await readiness(child, program.name);
  release(child);
  return child;
};
