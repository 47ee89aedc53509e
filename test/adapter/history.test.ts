import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { describe, expect, onTestFinished, test } from "vitest";
import { pause } from "../../lab/clock.ts";
import { askHistory, askReport } from "../../src/adapter/history/questions.ts";
import { type HistoryStore, openHistoryStore } from "../../src/adapter/history/store.ts";
import { openHistoryWriter } from "../../src/shell/history/writer.ts";
import { openDisk } from "../fake/disk.ts";
import { batchOf, eventOfAt, outageOf, sampleOf } from "../fake/history-batch.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 9, 20, 12);

const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), "wan-failover-history-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
};

const open = (path: string, keepMs = 90 * DAY): { store: HistoryStore; complaints: string[] } => {
  const complaints: string[] = [];
  const store = openHistoryStore({ path, keepMs, complain: (text) => complaints.push(text) });
  onTestFinished(() => store.close());
  return { store, complaints };
};

const wholeDay = { span: { from: NOW - DAY, until: NOW + DAY }, samples: null };

describe("the history's file", () => {
  test("gives back what was written, by another process after it", async () => {
    const path = join(folder(), "deep", "history.db");
    const { store } = open(path);
    const event = eventOfAt(NOW);
    const usage = [{ uplink: "lte", period: "2026-10-01", received: 2 ** 45, sent: 7 }];
    const meters = [{ uplink: "lte", boot: "b", link: 3, received: 2 ** 45, sent: 7 }];
    const { number: _, ...outage } = outageOf(1, NOW - HOUR);
    const samples = [sampleOf(NOW)];
    await store.write(batchOf(NOW, { events: [event], outages: [outageOf(1, NOW - HOUR)], samples, usage, meters }));
    await store.close();
    const { store: later } = open(path);
    expect(await later.counted()).toEqual({ usage, meters });
    expect(await askHistory(later, wholeDay)).toEqual({
      ...wholeDay.span,
      runs: [{ from: NOW - 1000, until: NOW }],
      events: [event],
      truncated: false,
      outages: [{ ...outage, cutShort: false }],
      spanMs: null,
      series: [],
      rates: [],
      usage,
    });
  });

  test("adds up what is told of a minute in two parts, and rolls minutes up", async () => {
    const { store } = open(join(folder(), "history.db"));
    const samples = [sampleOf(NOW), sampleOf(NOW + MINUTE, { lost: 60, rttMsSum: 0, rttMsMin: 0, rttMsMax: 0 })];
    await store.write(batchOf(NOW, { samples }));
    await store.write(batchOf(NOW, { samples: [sampleOf(NOW, { rttMsMin: 6, rttMsMax: 20 })] }));
    const points = async (table: "minute" | "hour", spanMs: number) =>
      (await askHistory(store, { ...wholeDay, samples: { table, spanMs, pointsMax: 100 } })).series[0]?.points;
    expect(await points("minute", MINUTE)).toEqual([
      [NOW, 120, 2, 6, 10, 20],
      [NOW + MINUTE, 60, 60, null, null, null],
    ]);
    expect(await points("minute", HOUR)).toEqual([[NOW, 180, 62, 6, 10, 20]]);
    expect(await points("hour", HOUR)).toEqual([[NOW, 180, 62, 6, 10, 20]]);
  });

  test("tells no outage where nothing ever answered, and ends one that outlived its run where that run's knowledge ends", async () => {
    const path = join(folder(), "history.db");
    const { store } = open(path);
    const outages = [outageOf(1, NOW - HOUR, { end: null })];
    await store.write(batchOf(NOW, { outages }));
    expect((await askHistory(store, wholeDay)).outages).toEqual([]);
    await store.write(batchOf(NOW, { samples: [sampleOf(NOW)] }));
    const lasting = await askHistory(store, wholeDay);
    expect(lasting.outages[0]).toMatchObject({ end: null, cutShort: false });
    await store.close();
    const { store: later } = open(path);
    await later.write(batchOf(NOW + HOUR));
    const [outage] = (await askHistory(later, wholeDay)).outages;
    expect(outage).toMatchObject({ end: NOW, cutShort: true });
  });

  test("moves what this run wrote when the clock is set", async () => {
    const { store } = open(join(folder(), "history.db"));
    const wrong = NOW - 300 * DAY;
    await store.write(batchOf(wrong, { events: [eventOfAt(wrong)], outages: [outageOf(1, wrong)] }));
    await store.write(batchOf(NOW, { clockSetBy: 300 * DAY, samples: [sampleOf(NOW)] }));
    const { events, outages } = await askHistory(store, wholeDay);
    expect(events.map(({ at }) => at)).toEqual([NOW]);
    expect(outages.map(({ begin, end }) => [begin, end])).toEqual([[NOW, NOW + MINUTE]]);
  });

  test("tells a report of the lines that were silent throughout, and of the bytes of its own month alone", async () => {
    const { store } = open(join(folder(), "history.db"));
    const october = { from: new Date(2026, 9, 1).getTime(), until: new Date(2026, 10, 1).getTime() };
    const usage = ["2026-09-01", "2026-10-01", "2026-11-01"].map((period) => ({
      ...{ uplink: "fiber", period },
      ...{ received: 1, sent: 1 },
    }));
    await store.write(batchOf(october.until, { samples: [sampleOf(october.from - DAY)], usage }));
    const report = await askReport(store, october);
    expect(report.usage).toEqual([usage[1]]);
    expect(report.probes).toMatchObject([{ sent: 0, lost: 0, rttMsMean: null }]);
  });

  test("keeps nothing longer than it should, and all of it while the clock may be wrong", async () => {
    const { store } = open(join(folder(), "history.db"), 30 * DAY);
    const old = NOW - 31 * DAY;
    const usage = [{ uplink: "lte", period: "2026-09-01", received: 1, sent: 1 }];
    await store.write(
      batchOf(old, { events: [eventOfAt(old)], samples: [sampleOf(old)], outages: [outageOf(1, old)], usage }),
    );
    await store.write(batchOf(NOW + 10 * 365 * DAY, { isClockTrusted: false }));
    expect(await store.counted()).toMatchObject({ usage });
    await store.write(batchOf(NOW, { samples: [sampleOf(NOW - 8 * DAY)] }));
    const all = { from: 0, until: NOW + DAY };
    const answer = await askHistory(store, { span: all, samples: { table: "hour", spanMs: HOUR, pointsMax: 100 } });
    expect(answer).toMatchObject({ events: [], outages: [], usage: [] });
    expect(answer.series[0]?.points.map(([at]) => at)).toEqual([NOW - 8 * DAY]);
    expect(await store.ask("SELECT json_group_array(at) FROM minute", null)).toEqual([]);
  });
});

describe("trouble with the disk", () => {
  test.each([
    ["no database at all", (path: string) => writeFileSync(path, "This is a shopping list.\n".repeat(500))],
    ["cut off", (path: string) => truncateSync(path, 9000)],
    [
      "overwritten in the middle",
      (path: string) => {
        const bytes = readFileSync(path);
        bytes.fill(0x5a, 4096, 4096 * 6);
        writeFileSync(path, bytes);
      },
    ],
  ])("a file that is %s is set aside, and a new one begun", async (_name, damage) => {
    const path = join(folder(), "history.db");
    const { store: before } = open(path);
    for (let hour = 0; hour < 20; hour += 1) {
      await before.write(
        batchOf(NOW + hour, { events: [eventOfAt(NOW + hour)], outages: [outageOf(hour, NOW + hour)] }),
      );
    }
    await before.close();
    damage(path);
    const { store, complaints } = open(path);
    await expect(store.write(batchOf(NOW))).rejects.toMatchObject({ code: "history-failed" });
    expect(complaints).toEqual([
      `The history ${path} is damaged; it was set aside as ${path}.damaged, and a new one begins`,
    ]);
    await store.write(batchOf(NOW, { events: [eventOfAt(NOW)] }));
    expect((await askHistory(store, wholeDay)).events).toHaveLength(1);
    expect(readdirSync(join(path, "..")).sort()).toContain("history.db.damaged");
  });

  test("a damaged file that can't be set aside is a problem of the history alone, told in a sentence", async () => {
    const path = join(folder(), "history.db");
    mkdirSync(join(`${path}.damaged`, "taken"), { recursive: true });
    writeFileSync(path, "not a database at all, and long enough to look like one".repeat(100));
    const { store } = open(path);
    const told: (string | null)[] = [];
    const writer = openHistoryWriter({
      write: store.write,
      draft: () => ({ batch: batchOf(NOW), written: () => {} }),
      onProblem: (problem) => told.push(problem),
    });
    onTestFinished(writer.stop);
    const problem = `The history can't be written: ${path} is damaged and can't be set aside`;
    expect(await writer.flush(5000)).toContain(problem);
    expect(told).toEqual([expect.stringContaining(problem)]);
  });

  test("a batch that meets a full disk is lost as a whole, and the next one that fits is written", async () => {
    const mountPoint = join(folder(), "small");
    mkdirSync(mountPoint);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=512k", "tmpfs", mountPoint]);
    onTestFinished(() => void execFileSync("umount", ["-l", mountPoint]));
    const { store, complaints } = open(join(mountPoint, "history.db"));
    await store.write(batchOf(NOW, { events: [eventOfAt(NOW)] }));
    const many = Array.from({ length: 8000 }, (_, index) => eventOfAt(NOW + index));
    await expect(store.write(batchOf(NOW, { events: many }))).rejects.toMatchObject({
      detail: "database or disk is full",
    });
    expect((await askHistory(store, wholeDay)).events).toHaveLength(1);
    await store.write(batchOf(NOW, { events: [eventOfAt(NOW + 1)] }));
    expect((await askHistory(store, wholeDay)).events).toHaveLength(2);
    expect(complaints).toEqual([]);
  });

  test("a disk that hangs holds up the writing and nothing else", async () => {
    const disk = openDisk();
    const { store } = open(join(disk.path, "history.db"));
    await store.write(batchOf(NOW));
    disk.freeze();
    const write = store.write(batchOf(NOW, { events: [eventOfAt(NOW)] })).then(() => "written");
    const first = await Promise.race([write, pause(300).then(() => "the loop goes on")]);
    disk.thaw();
    expect(first).toBe("the loop goes on");
    expect(await write).toBe("written");
  });

  test("whoever is killed in the middle of writing leaves a file that is whole, with all that it said to have written", async () => {
    const place = folder();
    const program = join(place, "flood.mjs");
    const entry = join(import.meta.dirname, "../fake/history-flood.ts");
    await build({
      entryPoints: [entry],
      outfile: program,
      bundle: true,
      platform: "node",
      format: "esm",
      alias: { koffi: join(import.meta.dirname, "../../node_modules/koffi") },
      external: ["koffi"],
      logLevel: "error",
    });
    const path = join(place, "history.db");
    for (const ms of [300, 420, 510]) {
      const written = await floodFor(program, path, ms);
      const { store, complaints } = open(path);
      const { usage, meters } = await store.counted();
      expect(usage[0]?.sent).toBeGreaterThanOrEqual(written);
      expect(meters[0]).toMatchObject({ received: usage[0]?.received, sent: usage[0]?.sent });
      expect(await store.ask("SELECT json_quote(integrity_check) FROM pragma_integrity_check LIMIT 1", null)).toBe(
        "ok",
      );
      expect(complaints).toEqual([]);
      await store.close();
      rmSync(path);
    }
  });
});

/** How many batches it said to have written when it was killed, so long (ms) after the first. */
const floodFor = async (program: string, path: string, ms: number): Promise<number> => {
  const env = { ...process.env, NODE_PATH: join(import.meta.dirname, "../../node_modules") };
  const child = spawn(process.execPath, [program, path], { stdio: ["ignore", "pipe", "inherit"], env });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  await once(child.stdout, "data");
  await new Promise((resolve) => setTimeout(resolve, ms));
  child.kill("SIGKILL");
  await once(child, "exit");
  return Number(said.trimEnd().split("\n").at(-1));
};

/** Two lines with five targets each: every hour of two years, every minute of a week, twelve events a day, an outage a day. */
const FILL = [
  `INSERT INTO series (uplink, family, target)
   SELECT CASE WHEN value < 5 THEN 'fiber' ELSE 'lte' END, 'ipv4', '192.0.2.' || value FROM generated WHERE value < 10`,
  `INSERT INTO hour SELECT ?1 - value * 3600000, id, 3600, 3, 36000000 + value, 8000 + value, 145000
   FROM generated, series WHERE value BETWEEN 1 AND 17520`,
  `INSERT INTO day SELECT (?1 - value * 86400000) / 86400000 * 86400000, id, 86400, 30, 864000000 + value, 8000 + value, 145000
   FROM generated, series WHERE value BETWEEN 1 AND 730`,
  `INSERT INTO minute SELECT ?1 - value * 60000, id, 60, 0, 600000 + value, 8000 + value, 14500
   FROM generated, series WHERE value BETWEEN 1 AND 10080`,
  `INSERT INTO event SELECT NULL, 1, ?1 - value * 7200000, 'switched', 'info', NULL, 'ipv4',
     'IPv4 failover: from fiber to lte; all 3 targets are silent', NULL FROM generated WHERE value BETWEEN 1 AND 8760`,
  `INSERT INTO outage SELECT 1, value, 'fiber', 'ipv4', ?1 - value * 86400000, ?1 - value * 86400000 + 60000,
     'all 3 targets are silent', '{"gateway":"192.0.2.1","complaints":[],"probes":[]}' FROM generated WHERE value BETWEEN 1 AND 730`,
];

const fill = async (store: HistoryStore): Promise<void> => {
  const generated =
    "WITH RECURSIVE generated (value) AS (SELECT 0 UNION ALL SELECT value + 1 FROM generated LIMIT 17521)";
  for (const statement of FILL) await store.ask(`${generated} ${statement}`, NOW);
};

test("two years of two lines with ten targets take less than 20 MB, and a question less than 50 ms", async () => {
  const path = join(folder(), "history.db");
  const { store } = open(path, 730 * DAY);
  await store.write(batchOf(NOW - 730 * DAY));
  await fill(store);
  await store.write(batchOf(NOW));
  const files = readdirSync(join(path, "..")).map((name) => statSync(join(path, "..", name)).size);
  const megabytes = files.reduce((sum, size) => sum + size, 0) / 1e6;
  const span = (days: number) => ({ from: NOW - days * DAY, until: NOW });
  const took = {
    "a day by the minute": await msFor(() =>
      askHistory(store, { span: span(1), samples: { table: "minute", spanMs: 3 * MINUTE, pointsMax: 20_000 } }),
    ),
    "a month by the hour": await msFor(() =>
      askHistory(store, { span: span(31), samples: { table: "hour", spanMs: 2 * HOUR, pointsMax: 20_000 } }),
    ),
    "two years by the day": await msFor(() =>
      askHistory(store, { span: span(730), samples: { table: "day", spanMs: 2 * DAY, pointsMax: 20_000 } }),
    ),
    "a month's report": await msFor(() => askReport(store, span(30))),
    "two years' events": await msFor(() => askHistory(store, { span: span(730), samples: null })),
  };
  expect(megabytes).toBeLessThan(20);
  // Twice what was measured: it is about a question that reads a table from end to end.
  expect(Math.max(...Object.values(took)), JSON.stringify(took)).toBeLessThan(100);
});

/** Processor time of all threads, the least of three: others use the machine too. */
const msFor = async (question: () => Promise<unknown>): Promise<number> => {
  const times: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const before = process.cpuUsage();
    await question();
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  return Math.min(...times);
};
