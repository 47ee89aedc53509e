import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { blackholeFrom } from "../../bench/detector/line.ts";
import { LINKS } from "../../bench/detector/link.ts";
import { runLine } from "../../bench/detector/run.ts";
import { startServer } from "../../src/api/server.ts";
import { forgetful, idleMachine, noHistory, storeOf } from "../api/site.ts";
import { spokenTo } from "../fake/scoring.ts";
import { answerOf, healthy } from "./fixture.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Within the repository, so that the bundle finds the packages that are not part of it. */
let folder = "";

beforeAll(async () => {
  mkdirSync(join(ROOT, "dist"), { recursive: true });
  folder = mkdtempSync(join(ROOT, "dist", "test-"));
  await build({
    absWorkingDir: ROOT,
    entryPoints: ["src/main.ts"],
    outfile: join(folder, "wan-failover.mjs"),
    bundle: true,
    platform: "node",
    target: "node20.19",
    format: "esm",
    external: ["koffi"],
    define: { __VERSION__: '"1.2.3"' },
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
    logLevel: "error",
  });
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command where no daemon is, unless the test started one. */
const run = (...argv: string[]): Promise<Outcome> =>
  new Promise((resolve) => {
    const env = { PATH: process.env.PATH, RUNTIME_DIRECTORY: folder, CONFIGURATION_DIRECTORY: folder };
    const child = execFile(
      process.execPath,
      [join(folder, "wan-failover.mjs"), ...argv],
      { env, timeout: 20_000 },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });

test.each([["status"], ["status --watch"], ["explain"], ["test"], ["failback"], ["use auto"]])(
  "`%s` without a daemon ends with 3 and says how to start one",
  async (line) => {
    expect(await run(...line.split(" "))).toEqual({
      code: 3,
      stdout: "",
      stderr: `wan-failover: no daemon answers on ${folder}/api.sock. Start it: \`systemctl start wan-failover\`, or \`wan-failover run\`.\n`,
    });
  },
);

test.each([["frobnicate"], ["use"], ["test --for 5"], ["status --nonsense"], ["run --socket /x"], [""]])(
  "`%s` ends with 2, and the mistake is on standard error",
  async (line) => {
    const { code, stdout, stderr } = await run(...line.split(" ").filter((word) => word !== ""));
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/\S/);
    expect(stderr).not.toContain("    at ");
  },
);

test("a config that is missing or wrong ends with 2", async () => {
  expect(await run("check")).toMatchObject({ code: 2, stdout: "" });
  expect((await run("run")).stderr).toBe(
    `wan-failover: ${folder}/config.yaml doesn't exist. Name another file, or create it: \`wan-failover init\` proposes one.\n`,
  );
  const file = join(folder, "wrong.yaml");
  writeFileSync(file, "uplinks:\n  - { name: a, interfce: eth0 }\n");
  const wrong = await run("run", "--config", file);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain(`${file}:2:`);
  expect(wrong.stderr).toContain("did you mean interface?");
});

test("a valid config ends with 0", async () => {
  const file = join(folder, "valid.yaml");
  writeFileSync(file, "uplinks: [{ name: a, interface: b }]\n");
  expect(await run("check", file)).toEqual({ code: 0, stdout: `${file} is valid: traffic takes a (b).\n`, stderr: "" });
});

test("the detector scores a scenario over standard input and output, as it does in process", async () => {
  const lines: string[] = [];
  const answers: string[] = [];
  const contender = spokenTo("balanced", false, (line, answer) => {
    lines.push(line);
    answers.push(answer);
  });
  const line = {
    model: LINKS.cable,
    density: 1,
    interruptions: true,
    seed: 1,
    untilMs: 90_000,
    damage: blackholeFrom(60_000),
  };
  runLine({ contender, line, traffic: false, learned: null, frozen: null });
  const child = execFile(process.execPath, [join(folder, "wan-failover.mjs"), "detector", "--stdio"]);
  const said = new Promise<string>((resolve) => {
    let text = "";
    child.stdout?.on("data", (chunk) => {
      text += chunk;
    });
    child.once("close", () => resolve(text));
  });
  child.stdin?.end([...lines, "nonsense", '{"ev":"quit"}', '{"ev":"tick","t":1}', ""].join("\n"));
  expect((await said).split("\n")).toEqual([...answers, '{"error":"the line is not JSON"}', ""]);
  expect(answers.some((answer) => answer.includes('"state":"DOWN"'))).toBe(true);
  expect(child.exitCode).toBe(0);
});

test("the version is the build's", async () => {
  expect(await run("--version")).toEqual({ code: 0, stdout: "1.2.3\n", stderr: "" });
});

test("an installation without the lab says so", async () => {
  const { code, stderr } = await run("demo");
  expect(code).toBe(1);
  expect(stderr).toContain("the lab is not part of this installation");
});

const started = async () => {
  const socketPath = join(folder, "api.sock");
  const server = await startServer({
    socketPath,
    configStore: storeOf("/c"),
    machine: idleMachine,
    history: noHistory,
    pageFolder: "/nonexistent",
    accessStore: forgetful,
    complain: () => {},
    status: () => healthy,
    messages: () => [],
    notifyTest: async () => [
      { channel: "email", problem: null },
      { channel: "ntfy", problem: "a mail server said \u001b]0;hello\u0007" },
    ],
    order: async (order) => ({ accepted: order.kind !== "failback", message: `You said ${order.kind}.` }),
  });
  onTestFinished(() => server.close());
};

test("a daemon that answers is shown, obeyed, and may refuse", async () => {
  await started();
  expect((await run("status")).stdout).toContain("● Traffic takes fiber: fiber is the best uplink that works.\n");
  expect(JSON.parse((await run("status", "--json")).stdout).status).toEqual(answerOf(healthy).status);
  expect((await run("explain")).stdout).toContain("Should it fail, lte takes over.");
  expect(await run("use", "lte")).toEqual({ code: 0, stdout: "You said use.\n", stderr: "" });
  expect(JSON.parse((await run("test", "--json")).stdout)).toEqual({ accepted: true, message: "You said test." });
  expect(await run("notify", "test")).toEqual({
    code: 1,
    stdout: "email: told\nntfy: a mail server said  ]0;hello \n",
    stderr: "",
  });
  expect(await run("failback")).toEqual({ code: 1, stdout: "", stderr: "wan-failover: You said failback.\n" });
});
