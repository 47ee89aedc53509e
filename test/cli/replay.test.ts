import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ReplayRequest, runReplay } from "../../src/action/replay.ts";
import { verdictText } from "../../src/cli/render-replay.ts";
import { loadConfig } from "../../src/config/load.ts";
import { blackhole, reloaded } from "../fake/happenings.ts";
import { record } from "../fake/recorder.ts";
import { wiresFor } from "../fake/story.ts";
import type { Script } from "../sim/happening.ts";

const folder = mkdtempSync(join(tmpdir(), "wan-failover-replay-"));
afterAll(() => rmSync(folder, { recursive: true }));

const place = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

const uplinks = (detection: string): string =>
  `uplinks:\n  - { name: fiber, interface: eth0, detection: ${detection} }\n  - { name: lte, interface: wwan0 }\n`;

const configPath = place("same.yaml", uplinks("balanced"));
const calmPath = place("calm.yaml", uplinks("calm"));
const journalPath = join(folder, "journal");

const journalOf = (script: Script, seed = 1): Uint8Array => {
  const { settings } = loadConfig(configPath);
  return record({ settings, wires: wiresFor(settings), script, seed, untilMs: 60_000 }).bytes;
};

beforeAll(() => {
  place("journal", journalOf([[20_000, blackhole("fiber", 8000)]]));
});

const run = (asked: Partial<ReplayRequest>): { code: number; text: string } => {
  const written: string[] = [];
  const code = runReplay({
    journalPath,
    configPath: null,
    tune: false,
    json: false,
    ...asked,
    output: { write: (text) => written.push(text) },
  });
  return { code, text: written.join("\n") };
};

/** An extent's sentence, whatever this machine's time zone is. */
const EXTENT = /journal: 2026-01-\d\d \d\d:\d\d:\d\d\.\d{3} to 2026-01-\d\d .* \((1m|60s)\), \d+ events in 1 run\./;

describe("replay", () => {
  test("says what was decided and when, and that it is the same", () => {
    const { code, text } = run({});
    expect(code).toBe(0);
    expect(text).toMatch(/^2026-01-\d\d \d\d:\d\d:45\.000 {2}a run begins\n/);
    expect(text).toMatch(/:\d\d\.\d{3} {2}IPv4: new flows take lte for now; fiber: \d probes/);
    expect(text).toMatch(/:\d\d\.\d{3} {2}IPv4 failover: from fiber to lte; fiber is down: /);
    expect(text).toMatch(EXTENT);
    expect(text).toMatch(/\nExact: \d+ decisions, the same as the daemon's \(all commands compared, \d+ times\)\.$/);
  });

  test("under the config that was in force is the same replay", () => {
    expect(run({ configPath })).toEqual(run({}));
  });

  test("under another config is an estimate, and says so", () => {
    const { code, text } = run({ configPath: calmPath });
    expect(code).toBe(0);
    expect(text).toMatch(/^What would have been decided under .*calm\.yaml:\n/);
    expect(text).toMatch(/IPv4: new flows take lte for now/);
    expect(text).not.toMatch(/failover: from/);
    expect(text).toMatch(/\nAn estimate: /);
    expect(text).toMatch(/\nas it was +\d\.\d s +1 +1 +1 +\d+\n.*calm\.yaml +\d\.\d s +1 +0 +0 +\d+\n/);
  });

  test("is an estimate as well where the config was another in between", () => {
    const other = place("reloaded", journalOf([[20_000, reloaded(loadConfig(calmPath).settings)]]));
    expect(run({ journalPath: other, configPath }).text).toContain("An estimate: ");
  });

  test("tries the presets, and says which would have served best", () => {
    const { text } = run({ tune: true });
    expect(text).toMatch(EXTENT);
    const names = text.split("\n").map((line) => line.split("  ")[0]);
    expect(names).toEqual(expect.arrayContaining(["as configured", "fast", "balanced", "calm", "metered", "classic"]));
    expect(text).toMatch(/At every moment an uplink worked\. calm would have served this line best: /);
  });

  test("is JSON for programs, in one line", () => {
    const exact = JSON.parse(run({ json: true }).text);
    expect(exact).toMatchObject({ kind: "exact", runs: 1, differentAtMs: null, damagedOctets: 0 });
    expect(exact.decided.at(-1)).toMatchObject({ atMs: expect.any(Number), text: expect.any(String) });
    expect(JSON.parse(run({ json: true, configPath: calmPath }).text)).toMatchObject({
      kind: "estimate",
      rows: [{ name: "as it was", failovers: 1 }, { failovers: 0 }],
    });
    expect(JSON.parse(run({ json: true, tune: true }).text)).toMatchObject({ kind: "estimate", best: "calm" });
  });

  test("can't tell anything of an uplink that wasn't there", () => {
    const dsl = place("dsl.yaml", "uplinks:\n  - { name: dsl, interface: ppp0 }\n");
    expect(() => run({ configPath: dsl })).toThrow("the journal has nothing of the uplink dsl");
  });

  test("refuses what is no journal in a sentence", () => {
    expect(() => run({ journalPath: configPath })).toThrow("this is no journal that can be replayed");
    expect(() => run({ journalPath: join(folder, "absent"), tune: true })).toThrow("there is no journal at");
  });

  test("ends with 1 where the journal says that something else was commanded", () => {
    const bytes = journalOf([[20_000, blackhole("fiber", 8000)]]);
    const otherStart = journalOf([], 99).subarray(0, startLength(journalOf([], 99)));
    const mixed = Buffer.concat([otherStart, bytes.subarray(startLength(bytes))]);
    const { code, text } = run({ journalPath: place("mixed", mixed) });
    expect(text).toMatch(/\nNot the same as the daemon's: what was commanded differs from 2026-/);
    expect(code).toBe(1);
  });
});

/** The octets of the start, before the first events. */
const startLength = (bytes: Uint8Array): number => Buffer.from(bytes).indexOf("WFJ\u0001", 1, "latin1");

describe("the verdict", () => {
  const row = (name: string, outageMs: number, falseFailovers = 0, monthlyOctets = 5e7) => ({
    name,
    outageMs,
    falseFailovers,
    monthlyOctets,
    failovers: falseFailovers,
    diverts: 0,
    unavoidableMs: 0,
  });

  test("names the quicker one, and its price", () => {
    expect(verdictText(row("calm", 9000), [row("fast", 4000, 3, 3.8e8), row("balanced", 6000, 1)])).toBe(
      "calm would have served this line best: 9.0 s without new flows, no needless failovers and 50 MB a month. fast would have saved 5.0 s more, for 3 needless failovers and 380 MB a month.",
    );
    expect(verdictText(row("fast", 4000, 1), [row("calm", 9000)])).toBe(
      "fast would have served this line best: 4.0 s without new flows, 1 needless failover and 50 MB a month.",
    );
  });

  test("admits that a quiet line tells nothing", () => {
    expect(verdictText(row("classic", 0), [row("fast", 0)])).toBe(
      "Nothing failed in this time, so that this journal can't tell them apart; classic would have cost the fewest bytes.",
    );
  });
});
