import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { pause } from "../../lab/clock.ts";
import { commandLine, isGone, processes, tracesOf } from "./traces.ts";

/** Builds a lab with something running inside, tells its name, and then ends as told. */
const PROGRAM = `
  import { createLab } from "./lab/lab.ts";
  const lab = await createLab();
  lab.spawn("router", ["sh", "-c", "trap '' INT TERM HUP; sleep 600 # " + lab.plan.name]);
  await lab.measure();
  console.log(lab.plan.name);
  const ending = process.argv[2];
  if (ending === "a signal") await new Promise((resolve) => setTimeout(resolve, 60_000));
  if (ending === "an exception") throw new Error("expected");
  if (ending === "process.exit") process.exit(0);
  if (ending === "close") await lab.close().then(() => process.exit(0));
  process.exitCode = 0;`;

const ROOT = new URL("../..", import.meta.url).pathname;
const BUILT = join(ROOT, "dist", `removal-test-${process.pid}.mjs`);

beforeAll(async () => {
  const stdin = { contents: PROGRAM, resolveDir: ROOT, loader: "ts" } as const;
  await build({ stdin, outfile: BUILT, bundle: true, platform: "node", format: "esm", external: ["koffi"] });
});

afterAll(() => rm(BUILT, { force: true }));

const started = async (ending: string): Promise<{ child: ChildProcess; name: string; ended: Promise<unknown> }> => {
  const child = spawn(process.execPath, [BUILT, ending], { stdio: ["ignore", "pipe", "ignore"] });
  const ended = once(child, "exit");
  const [text] = (await once(child.stdout, "data")) as [Buffer];
  return { child, name: text.toString().trim(), ended };
};

const processesNaming = (what: string): readonly number[] => processes().filter((id) => commandLine(id).includes(what));

/** The labs that a watchdog's command line names. */
const namesIn = (watchdogs: readonly number[]): readonly string[] =>
  watchdogs.flatMap((id) => [...commandLine(id).matchAll(/(wf[0-9a-f]{6})-router/g)].map((found) => found[1] ?? ""));

describe("the lab is gone after", () => {
  test.concurrent.for(["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"] as const)(
    "%s",
    async (signal, { expect: expects }) => {
      const { child, name, ended } = await started("a signal");
      expects(tracesOf(name)).not.toEqual([]);
      child.kill(signal);
      await ended;
      await isGone(name);
    },
  );

  test.concurrent.for(["an exception", "process.exit", "an end without close", "close"])("%s", async (ending) => {
    const { name, ended } = await started(ending);
    await ended;
    await isGone(name);
  });

  test.each([0, 10, 20, 40, 80])("SIGKILL in the midst of building it, after %i ms", async (delayMs) => {
    const directory = await mkdtemp(join(tmpdir(), "wf-midst-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    const env = { ...process.env, TMPDIR: directory };
    const child = spawn(process.execPath, ["dist/lab.mjs", "up"], { stdio: "ignore", env });
    await expect.poll(() => namesIn(processesNaming(directory)), { timeout: 10_000, interval: 5 }).not.toEqual([]);
    await pause(delayMs);
    child.kill("SIGKILL");
    const names = namesIn(processesNaming(directory));
    await expect.poll(() => processesNaming(directory), { timeout: 10_000 }).toEqual([]);
    for (const name of names) expect(tracesOf(name)).toEqual([]);
    expect(readdirSync(directory)).toEqual([]);
  });

  test("Ctrl-C of the command, which says how to enter it", async () => {
    const child = spawn(process.execPath, ["dist/lab.mjs", "up"], { stdio: ["ignore", "pipe", "inherit"] });
    const [text] = (await once(child.stdout, "data")) as [Buffer];
    const name = /ip netns exec (wf\w+)-router bash/.exec(text.toString())?.[1] ?? "";
    expect(tracesOf(name)).not.toEqual([]);
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(tracesOf(name)).toEqual([]);
  });
});
