import { execFile, execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { now, pause } from "../../lab/clock.ts";
import { changed, toggle } from "../../lab/demo/breakage.ts";
import type { FlowRecord, FlowSample } from "../../lab/demo/flows.ts";
import type { DemoModel } from "../../lab/demo/model.ts";
import { screen } from "../../lab/demo/render.ts";
import { outageLines } from "../../lab/demo/render-story.ts";
import { createLab } from "../../lab/lab.ts";
import type { MeasureLine, Stream } from "../../lab/sample.ts";
import { paint, widthOf } from "../../src/cli/line.ts";
import { diverted } from "../cli/fixture.ts";

const COMMAND = fileURLToPath(new URL("../../bin/wan-failover", import.meta.url));
const run = promisify(execFile);

/** A terminal of its own, with a shell in it. */
interface Pane {
  type(...keys: readonly string[]): void;
  /** What is on the screen. */
  text(): string;
  /** Waits until the screen shows all of this. Rejects with the screen. */
  shows(what: readonly RegExp[], withinMs: number): Promise<void>;
  /** The shell's process. */
  readonly shell: number;
}

/** A tmux server of its own, so that nobody else's is touched. */
const openPane = (columns: number, rows: number): Pane => {
  const server = `wf${randomBytes(3).toString("hex")}`;
  const tmux = (...argv: readonly string[]): string => execFileSync("tmux", ["-L", server, ...argv]).toString();
  tmux("-f", "/dev/null", "new-session", "-d", "-x", `${columns}`, "-y", `${rows}`, "PS1='ready> ' sh");
  onTestFinished(() => void tmux("kill-server"));
  const text = (): string => tmux("capture-pane", "-p");
  const shows = async (what: readonly RegExp[], withinMs: number): Promise<void> => {
    const deadline = now() + withinMs;
    while (!what.every((one) => one.test(text()))) {
      if (now() > deadline) throw new Error(`The screen doesn't show ${what.join(" and ")}:\n${text()}`);
      await pause(100);
    }
  };
  return {
    type: (...keys) => void tmux("send-keys", ...keys),
    text,
    shows,
    shell: Number(tmux("display-message", "-p", "#{pane_pid}")),
  };
};

const statOf = (id: string): readonly string[] => {
  try {
    return readFileSync(`/proc/${id}/stat`, "latin1")
      .replace(/^.*\) /s, "")
      .split(" ");
  } catch {
    return [];
  }
};

const processes = (): readonly string[] => readdirSync("/proc").filter((entry) => /^\d+$/.test(entry));

const childrenOf = (parent: number): readonly number[] =>
  processes()
    .filter((id) => Number(statOf(id)[1]) === parent)
    .map(Number);

const commandLine = (id: number | string): string => {
  try {
    return readFileSync(`/proc/${id}/cmdline`, "latin1").replaceAll("\0", " ");
  } catch {
    return "";
  }
};

/** The demo that a shell runs, and the name of its lab. */
const demoIn = (shell: number): { readonly pid: number; readonly lab: string } => {
  const pid = childrenOf(shell).find((child) => commandLine(child).includes(" demo")) ?? 0;
  const lab = childrenOf(pid)
    .map((child) => /wf[0-9a-f]{6}(?=-)/.exec(commandLine(child))?.[0])
    .find((name) => name !== undefined);
  if (lab === undefined) throw new Error("No demo runs.");
  return { pid, lab };
};

const tracesOf = (lab: string): readonly string[] => [
  ...readdirSync("/run/netns").filter((entry) => entry.startsWith(lab)),
  ...readdirSync(tmpdir()).filter((entry) => entry.startsWith(lab)),
  ...processes()
    .map(commandLine)
    .filter((line) => line.includes(lab)),
];

const isGone = async (lab: string): Promise<void> => {
  const deadline = now() + 5000;
  while (tracesOf(lab).length > 0 && now() < deadline) await pause(50);
  expect(tracesOf(lab)).toEqual([]);
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
  test.each([
    [80, 24],
    [120, 40],
  ])("shows a divert, a failover and a failback on %i × %i, and leaves nothing", async (columns, rows) => {
    const pane = openPane(columns, rows);
    const { lab } = await openDemo(pane);
    expect(pane.text().trimEnd().split("\n").length).toBe(rows);
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
  });

  test("explains its keys, and works on the uplink that was chosen", async () => {
    const pane = openPane(120, 50);
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

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("leaves nothing after %s", async (signal) => {
    const pane = openPane(80, 24);
    const { pid, lab } = await openDemo(pane);
    process.kill(pid, signal);
    await pane.shows([/ended with 0/], 5000);
    await isRestored(pane);
    await isGone(lab);
  });

  test.each([300, 700, 1200])("can be quit while it is built, after %i ms", async (ms) => {
    const pane = openPane(80, 24);
    await pane.shows([/ready>/], 5000);
    pane.type(`${COMMAND} demo; echo "ended with $?"`, "Enter");
    await pane.shows([/Building|Starting|LAN/], 5000);
    await pause(ms);
    pane.type("C-c");
    await pane.shows([/The lab is gone/, /ended with 0/], 10_000);
  });

  test("leaves nothing after kill -9, and gives the terminal back", async () => {
    const pane = openPane(80, 24);
    const { pid, lab } = await openDemo(pane);
    process.kill(pid, "SIGKILL");
    await pane.shows([/The demo was killed/], 5000);
    await isRestored(pane);
    await isGone(lab);
  });

  test("ends with the daemon's last words where that ends", async () => {
    const pane = openPane(100, 30);
    const { pid, lab } = await openDemo(pane);
    const daemon = childrenOf(pid).find((child) => commandLine(child).includes(" run --config "));
    process.kill(daemon ?? 0, "SIGKILL");
    await pane.shows([/The daemon has ended by itself/, /ended with 1/], 5000);
    await isGone(lab);
  });

  test("tells the same as plain text where there is no terminal", async () => {
    const start = now();
    const { stdout } = await run(COMMAND, ["demo", "--preset", "fast"]);
    expect(now() - start).toBeLessThan(60_000);
    expect(stdout).toMatch(/▸ fiber: blackhole/);
    expect(stdout).toMatch(/IPv4 +F+×+L+/);
    expect(stdout).toMatch(/IPv4 failover: from fiber to lte.*IPv6 failback: from lte to fiber/s);
    expect(stdout).toMatch(/new connections back in \d\.\d s.*failback: 0 packets lost, 0 resets/s);
    expect(stdout).not.toContain("\u001b");
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

test("running connections hang up and call again without a loss", async () => {
  const lab = await createLab();
  onTestFinished(() => lab.close());
  const lines: MeasureLine[] = [];
  const meter = await lab.measure({ new: [], listen: (_, line) => void lines.push(line) });
  await pause(500);
  const renewed = now();
  meter.renew({ protocol: "udp" });
  meter.renew({ protocol: "tcp" });
  await pause(2500);
  const after = lines.flatMap((line) => (line.kind === "sample" && line.sample.sentAt > renewed ? [line] : []));
  expect(new Set(after.map(({ stream }) => stream)).size).toBe(4);
  expect(after.filter(({ sample }) => sample.answeredAt === null)).toEqual([]);
  expect(lines.filter(({ kind }) => kind === "reset")).toEqual([]);
});

describe("the demo's screen", () => {
  const stream: Stream = {
    flow: "new",
    protocol: "udp",
    family: "ipv4",
    address: "192.0.2.80",
    port: 7,
    intervalMs: 100,
  };
  const sample: FlowSample = { sequence: 0, sentAt: 500, answeredAt: 520, source: "203.0.113.2", uplink: "eth0" };
  const record: FlowRecord = {
    stream,
    samples: new Map([[0, sample]]),
    newest: sample,
    newestAnswered: sample,
    mark: 0,
    lost: new Set([1, 2]),
    resets: 1,
  };
  const model: DemoModel = {
    now: 1000,
    uplinks: [
      { interface: "eth0", name: "fiber", isp: "ISP A" },
      { interface: "wwan0", name: "lte", isp: "ISP B" },
    ],
    chosen: 1,
    status: diverted,
    broken: [{ fault: "blackhole", uplink: "eth0" }],
    records: [record, { ...record, stream: { ...stream, flow: "long" } }],
    story: [{ at: 0, by: "daemon", level: "info", text: "IPv4: new flows take lte for now" }],
    chapter: { kind: "break", title: "fiber: blackhole", since: 0, at: 0 },
    lastOutage: null,
    setting: "Preset balanced",
    page: "http://127.0.0.1:8380/?demo",
    endsInMs: new Map(),
    help: false,
  };

  test("never exceeds the window, whatever its size", () => {
    const size = { columns: fc.integer({ min: 1, max: 250 }), rows: fc.integer({ min: 1, max: 100 }) };
    const look = fc.record({ ...size, colours: fc.boolean() });
    fc.assert(
      fc.property(look, fc.boolean(), (given, help) => {
        const lines = screen({ ...model, help }, given);
        expect(lines.length).toBeLessThanOrEqual(given.rows);
        expect(Math.max(0, ...lines.map(widthOf))).toBeLessThan(given.columns);
      }),
    );
  });

  test("gives what was measured of a fault until something else is done", () => {
    const harm = { recoveredMs: 600, lost: 6, resets: 0 };
    const chapter = { kind: "break", title: "fiber: blackhole", since: 0, at: 0 } as const;
    const tcp = { recoveredMs: null, lost: 60, resets: 0 };
    const words = outageLines({ chapter, outage: { fresh: harm, udp: harm, tcp }, at: 7000 });
    expect(words.map((line) => paint(line, false))).toEqual([
      "new connections back in 0.6 s (6 lost),",
      "running UDP back in 0.6 s (6 lost), TCP silent for 7.0 s",
    ]);
  });
});

describe("a key", () => {
  const where = { uplink: "wan0", uplinks: ["wan0", "wan1"] };
  const blackhole = { fault: "blackhole", uplink: "wan0" } as const;

  test("breaks what works and mends what is broken", () => {
    const broken = changed([], toggle([], "blackhole", where));
    expect(broken).toEqual([blackhole]);
    expect(changed(broken, toggle(broken, "blackhole", where))).toEqual([]);
  });

  test("first mends what can't be at the same time", () => {
    expect(toggle([blackhole], "flapping", where)).toEqual({
      mend: [blackhole],
      break: [{ fault: "flapping", uplink: "wan0" }],
    });
    expect(toggle([blackhole], "loss", where).mend).toEqual([]);
  });

  test("that kills all ISPs is a blackhole on each, and mends each", () => {
    const all = changed([blackhole], toggle([blackhole], "all-dead", where));
    expect(all).toEqual([blackhole, { fault: "blackhole", uplink: "wan1" }]);
    expect(changed(all, toggle(all, "all-dead", where))).toEqual([]);
  });
});
