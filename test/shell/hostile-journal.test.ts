import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { AppError } from "../../src/error.ts";
import { packFrame } from "../../src/shell/journal/frame.ts";
import { piecesOf } from "../../src/shell/journal/recording.ts";
import { toText } from "../../src/shell/journal/text.ts";
import { compare } from "../../src/shell/replay/compare.ts";
import { openHistorian } from "../../src/shell/replay/history.ts";
import { type Outcome, replay } from "../../src/shell/replay/replay.ts";
import { VERSION } from "../../src/version.ts";
import { blackhole } from "../fake/happenings.ts";
import { record } from "../fake/recorder.ts";
import { settingsOf } from "../fake/settings.ts";
import { wiresFor } from "../fake/story.ts";

let journal: Uint8Array;
let events: number;

beforeAll(() => {
  const settings = settingsOf();
  const script = [[10_000, blackhole("fiber", 8000)]] as const;
  journal = record({
    settings,
    wires: wiresFor(settings),
    script,
    seed: 1,
    untilMs: 40_000,
    onStep: (_, writer) => writer.write(),
  }).bytes;
  events = outcomeOf(journal).events;
});

const outcomeOf = (bytes: Uint8Array, version = VERSION): Outcome =>
  replay(piecesOf(bytes), version, { onStart: () => {}, onStep: () => {} });

/** What the replay came to, or the sentence that refuses it. Throws what no user should see. */
const told = (bytes: Uint8Array, version = VERSION): Outcome | string => {
  try {
    return outcomeOf(bytes, version);
  } catch (error) {
    if (error instanceof AppError && error.code === "journal-damaged") return error.detail;
    throw error;
  }
};

/** The same for what would have been under another config. */
const imagined = (bytes: Uint8Array): void => {
  const historian = openHistorian();
  const candidates = [{ name: "default", settings: settingsOf() }];
  try {
    replay(piecesOf(bytes), VERSION, historian);
    compare({ pieces: piecesOf(bytes), version: VERSION, runs: historian.runs(), candidates });
  } catch (error) {
    if (!(error instanceof AppError && error.code === "journal-damaged")) throw error;
  }
};

const json = (value: unknown): Uint8Array => new TextEncoder().encode(toText(value));

const start = (state: unknown): Uint8Array =>
  packFrame({ kind: "start", wallOffsetMs: 0, content: json({ version: VERSION, continues: false, now: 0, state }) });

describe("a journal that isn't as it was written", () => {
  test("is replayed up to where it was cut off", () => {
    fc.assert(
      fc.property(fc.nat(journal.length - 1), (length) => {
        const outcome = told(journal.subarray(0, length));
        if (typeof outcome === "string") expect(length).toBeLessThan(5000);
        else expect(outcome).toMatchObject({ differentAtMs: null });
      }),
      { numRuns: 20 },
    );
  });

  test("is replayed as far as it can be, and what is damaged is counted", () => {
    const damaged = journal.slice();
    damaged[Math.floor(journal.length / 2)] = (damaged[Math.floor(journal.length / 2)] ?? 0) ^ 0x40;
    const outcome = outcomeOf(damaged);
    expect(outcome.damagedOctets).toBeGreaterThan(0);
    expect(outcome.differentAtMs).toBeNull();
    expect(outcome.events).toBeGreaterThan(events / 10);
    expect(outcome.events).toBeLessThan(events);
  });

  test("never leads to more than a sentence, whatever its octets are", () => {
    const mutation = fc.record({ at: fc.nat(journal.length - 1), to: fc.nat(255), drop: fc.nat(20) });
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 8 }), (mutations) => {
        let bytes: Uint8Array = journal.slice(0, 20_000);
        for (const { at, to, drop } of mutations) {
          bytes = Buffer.concat([bytes.subarray(0, at), Uint8Array.of(to), bytes.subarray(at + drop)]);
        }
        const outcome = told(bytes);
        if (typeof outcome !== "string") expect(outcome.differentAtMs).toBeNull();
      }),
      { numRuns: 30 },
    );
  });

  test("never leads to more than a sentence, whatever its checksums vouch for", () => {
    const [first] = [...piecesOf(journal)];
    const state = first?.kind === "start" ? first.state : null;
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map((text) => Buffer.concat([Uint8Array.of(6, 0, text.length & 0x7f), Buffer.from(text)])),
    );
    const anyStart = fc.oneof(
      fc.constant(start(state)),
      fc.object().map((object) => start({ ...state, ...object })),
      fc.object().map(start),
      fc.json().map((text) => packFrame({ kind: "start", wallOffsetMs: 0, content: Buffer.from(text) })),
    );
    fc.assert(
      fc.property(anyStart, fc.array(content), (begin, contents) => {
        const frames = contents.map((one) => packFrame({ kind: "events", wallOffsetMs: Number.NaN, content: one }));
        const bytes = Buffer.concat([begin, ...frames]);
        told(bytes);
        imagined(bytes);
      }),
      { numRuns: 300 },
    );
  });

  test.each<[string, () => Uint8Array, RegExp]>([
    ["nothing", () => new Uint8Array(), /nothing in it is a journal's/],
    ["another file", () => Buffer.from("uplinks: []\n".repeat(1000)), /nothing in it is a journal's/],
    ["a compressed one", () => gzipSync(journal), /nothing in it is a journal's/],
    [
      "another format",
      () => journal.map((octet, index) => (index === 3 ? 2 : octet)).subarray(0, 2000),
      /nothing in it/,
    ],
    ["holes everywhere", () => Buffer.from("WFJ\u0001".repeat(1000)), /damaged beyond use/],
    ["a bomb", () => Buffer.concat(Array.from({ length: 9 }, () => bomb())), /damaged beyond use/],
  ])("%s is refused in a sentence", (_what, bytes, sentence) => {
    expect(told(bytes())).toMatch(sentence);
  });

  test("is refused where another version wrote it, which may have decided otherwise", () => {
    expect(told(journal, "9.9.9")).toMatch(`it was written by version ${VERSION}`);
  });

  test("leaves out what another version wrote", () => {
    const foreign = packFrame({
      kind: "start",
      wallOffsetMs: 0,
      content: json({ version: "9.9.9", continues: false, now: 0, state: {} }),
    });
    const both = outcomeOf(Buffer.concat([foreign, journal]));
    expect(both).toMatchObject({ events, foreignRuns: 1, foreignVersion: "9.9.9", differentAtMs: null });
  });
});

const bomb = (): Uint8Array => packFrame({ kind: "events", wallOffsetMs: 0, content: new Uint8Array(8 * 1024 * 1024) });
