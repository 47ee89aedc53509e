import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { now, pause } from "../../lab/clock.ts";
import { openPane, type Pane } from "./pane.ts";
import { commandLine, isGone, processes } from "./traces.ts";

const COMMAND = fileURLToPath(new URL("../../bin/wan-failover", import.meta.url));
const run = promisify(execFile);

const SMALL = { columns: 80, rows: 24 };

const statOf = (id: number): readonly string[] => {
  try {
    return readFileSync(`/proc/${id}/stat`, "latin1")
      .replace(/^.*\) /s, "")
      .split(" ");
  } catch {
    return [];
  }
};

const childrenOf = (parent: number): readonly number[] => processes().filter((id) => Number(statOf(id)[1]) === parent);

/** The demo that a shell runs, and the name of its lab. */
const demoIn = (shell: number): { readonly pid: number; readonly lab: string } => {
  const pid = childrenOf(shell).find((child) => commandLine(child).includes(" demo")) ?? 0;
  const lab = childrenOf(pid)
    .map((child) => /wf[0-9a-f]{6}(?=-)/.exec(commandLine(child))?.[0])
    .find((name) => name !== undefined);
  if (lab === undefined) throw new Error("No demo runs.");
  return { pid, lab };
};

/** Starts the demo and waits until it shows that all is well. */
const openDemo = async (pane: Pane, command = `${COMMAND} demo`): Promise<{ pid: number; lab: string }> => {
  await pane.shows([/ready>/], 5000);
  pane.type(`echo before; ${command}; echo "ended with $?"`, "Enter");
  await pane.shows([/all flows take fiber/, /Press b/, /IPv4 +█+/, /TCP IPv4 fiber +0 lost/], 15_000);
  return demoIn(pane.shell);
};

/** The shell's own screen is back, and takes what is typed. */
const isRestored = async (pane: Pane): Promise<void> => {
  pane.type("echo and after", "Enter");
  await pane.shows([/^before$/m, /^and after$/m], 5000);
  expect(pane.text()).not.toMatch(/all flows|Break|internet/);
  pane.type("stty -a", "Enter");
  await pane.shows([/(?<!-)icanon/, /(?<!-)echo /], 5000);
};

describe("the demo", () => {
  test.concurrent.for([
    { columns: 80, rows: 24 },
    { columns: 120, rows: 40 },
  ])(
    "shows a divert, a failover and a failback on $columns × $rows, and leaves nothing",
    async (size, { onTestFinished: keep }) => {
      const pane = openPane(size, keep);
      const { lab } = await openDemo(pane);
      expect(pane.text().trimEnd().split("\n").length).toBe(size.rows);
      expect(pane.text()).toMatch(/q quit/);

      pane.type("b");
      await pane.shows([/✗ blackhole/, /new flows take lte, running ones fiber/, /fiber +▷ IPv4 +suspect/], 5000);
      await pane.shows([/all flows take lte/, /IPv4 and IPv6 failover: from fiber to lte/], 10_000);
      await pane.shows([/×××.*▄▄▄/, /new connections back in \d\.\d s \(\d+ lost\)/], 5000);
      await pane.shows([/running UDP back in \d\.\d s/, /TCP back in \d+\.\d s \(2 resets\)/], 15_000);

      pane.type("h");
      await pane.shows([/hold-down: answers again/], 10_000);
      await pane.shows(
        [/failback: from lte to fiber/, /new flows take fiber, running ones lte/, /ends in \d+ s/],
        30_000,
      );
      expect(pane.text()).toMatch(/Healed \d+ s ago/);

      pane.type("q");
      await pane.shows([/The lab is gone/, /ended with 0/], 5000);
      await isRestored(pane);
      await isGone(lab);
    },
  );

  test.concurrent("tells the same as plain text where there is no terminal", async () => {
    const start = now();
    const { stdout } = await run(COMMAND, ["demo", "--preset", "fast"]);
    expect(now() - start).toBeLessThan(60_000);
    expect(stdout).toMatch(/▸ fiber: blackhole/);
    expect(stdout).toMatch(/IPv4 +F+×+L+/);
    expect(stdout).toMatch(/IPv4 failover: from fiber to lte.*IPv6 failback: from lte to fiber/s);
    expect(stdout).toMatch(/new connections back in \d\.\d s.*failback: 0 packets lost, 0 resets/s);
    expect(stdout).not.toContain("\u001b");
  });

  test("explains its keys, and works on the uplink that was chosen", async () => {
    const pane = openPane({ columns: 120, rows: 50 }, onTestFinished);
    const { lab } = await openDemo(pane);
    pane.type("?");
    await pane.shows([/any key returns/, /The ISP passes nothing on/, /Failback/], 2000);
    pane.type("Space", "2", "c");
    await pane.shows([/2 lte .*✗ cable pulled/, /lte IPv4 and IPv6 are down/, /no packet was lost/], 10_000);
    pane.type("c");
    await pane.shows([/lte: cable pulled: mended/], 5000);
    expect(pane.text()).not.toMatch(/✗/);
    pane.type("C-c");
    await pane.shows([/ended with 0/], 5000);
    await isGone(lab);
  });

  test.concurrent.for(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "leaves nothing after %s",
    async (signal, { onTestFinished: keep }) => {
      const pane = openPane(SMALL, keep);
      const { pid, lab } = await openDemo(pane);
      process.kill(pid, signal);
      await pane.shows([/ended with 0/], 5000);
      await isRestored(pane);
      await isGone(lab);
    },
  );

  test.each([300, 700, 1200])("can be quit while it is built, after %i ms", async (ms) => {
    const pane = openPane(SMALL, onTestFinished);
    await pane.shows([/ready>/], 5000);
    pane.type(`${COMMAND} demo; echo "ended with $?"`, "Enter");
    await pane.shows([/Building|Starting|LAN/], 5000);
    await pause(ms);
    pane.type("C-c");
    await pane.shows([/The lab is gone/, /ended with 0/], 10_000);
  });

  test("leaves nothing after kill -9, and gives the terminal back", async () => {
    const pane = openPane(SMALL, onTestFinished);
    const { pid, lab } = await openDemo(pane);
    process.kill(pid, "SIGKILL");
    await pane.shows([/The demo was killed/], 5000);
    await isRestored(pane);
    await isGone(lab);
  });

  test("ends with the daemon's last words where that ends", async () => {
    const pane = openPane({ columns: 100, rows: 30 }, onTestFinished);
    const { pid, lab } = await openDemo(pane);
    const daemon = childrenOf(pid).find((child) => commandLine(child).includes(" run --config "));
    process.kill(daemon ?? 0, "SIGKILL");
    await pane.shows([/The daemon has ended by itself/, /ended with 1/], 5000);
    await isGone(lab);
  });
});

describe("the demo says in a sentence what it misses", () => {
  const failing = async (script: string): Promise<{ code: number; stderr: string }> => {
    try {
      await run("unshare", ["--mount", "sh", "-c", script]);
    } catch (error) {
      return error as { code: number; stderr: string };
    }
    throw new Error("It went well.");
  };

  test.each([
    ["root", `exec setpriv --reuid 65534 --clear-groups ${process.execPath} dist/wan-failover.mjs demo`, /needs root/],
    ["nft", `mount --bind /dev/null "$(command -v nft)"; exec ${COMMAND} demo`, /needs nft/],
    ["/dev/net/tun", `mount -t tmpfs none /dev/net; exec ${COMMAND} demo`, /needs \/dev\/net\/tun/],
  ])("%s", async (_, script, words) => {
    const { code, stderr } = await failing(script);
    expect(code).toBe(1);
    expect(stderr).toMatch(words);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  test("a preset or an option that doesn't exist", async () => {
    for (const argv of [["--preset", "quick"], ["--speed"], ["--config", join(tmpdir(), "no-such-file")]]) {
      expect(await run(COMMAND, ["demo", ...argv]).catch(({ code }) => code)).toBe(2);
    }
  });
});
