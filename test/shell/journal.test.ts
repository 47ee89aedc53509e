import { describe, expect, test } from "vitest";
import { piecesOf } from "../../src/shell/journal/recording.ts";
import { type Outcome, replay } from "../../src/shell/replay/replay.ts";
import { VERSION } from "../../src/version.ts";
import { blackhole, reloaded } from "../fake/happenings.ts";
import { BOOTED_AT, type Memory, openMemory, type RecordOptions, record } from "../fake/recorder.ts";
import { FIBER, LTE, NO_SCRIPTS, settingsOf, UNUSED } from "../fake/settings.ts";
import { wiresFor } from "../fake/story.ts";
import { START } from "../sim/world.ts";

const day = (options: Partial<RecordOptions>) =>
  record({ settings: settingsOf(), wires: wiresFor(settingsOf()), script: [], seed: 1, untilMs: 60_000, ...options });

const again = (bytes: Uint8Array): Outcome & { starts: readonly number[] } => {
  const starts: number[] = [];
  const onStart = ({ now }: { now: number }, offsetMs: number): void => void starts.push(now + offsetMs);
  return { ...replay(piecesOf(bytes), VERSION, { onStart, onStep: () => {} }), starts };
};

/** When something was written, milliseconds from the start. */
const noting = (memory: Memory): { memory: Memory; at: number[]; see: (now: number) => void } => {
  const at: number[] = [];
  let time = 0;
  return {
    at,
    see: (now) => {
      time = now - START;
    },
    memory: {
      ...memory,
      append: (frames, done) => {
        at.push(time);
        memory.append(frames, done);
      },
    },
  };
};

/** A disk that answers when it is told to. */
const openSilentDisk = (): { memory: Memory; answer: () => void } => {
  const memory = openMemory();
  let pending = (): void => {};
  return {
    memory: {
      ...memory,
      append: (frames, done) => {
        pending = () => memory.append(frames, done);
      },
    },
    answer: () => {
      const answer = pending;
      pending = () => {};
      answer();
    },
  };
};

/** A journal on a disk that doesn't answer before so long after the start (ms). */
const onSilentDisk = ({ answersFrom, ...options }: Partial<RecordOptions> & { answersFrom: number }) => {
  const { memory, answer } = openSilentDisk();
  const onStep = ({ now }: { now: number }): void => {
    if (now - START >= answersFrom) answer();
  };
  const recorded = day({ ...options, memory, onStep });
  answer();
  return { ...recorded, outcome: again(memory.bytes()) };
};

/** Every second a config of 20 kB is read, which the journal keeps as a whole. */
const bulkyFor = (seconds: number): RecordOptions["script"] => {
  const bulky = { ...settingsOf(), scripts: { ...NO_SCRIPTS, change: `/${"x".repeat(20_000)}` } };
  return Array.from({ length: seconds }, (_, index) => [100_000 + index * 1000, reloaded(bulky)]);
};

describe("a disk that doesn't answer", () => {
  test("costs nothing for a while: what happened is gathered meanwhile", () => {
    const { outcome, commands, complaints } = onSilentDisk({
      untilMs: 160_000,
      answersFrom: 150_000,
      script: bulkyFor(20),
    });
    expect(complaints).toEqual(["The journal isn't written: the disk doesn't answer"]);
    expect(outcome).toMatchObject({ runs: 1, differentAtMs: null, damagedOctets: 0, events: commands.length });
  });

  test("costs what is more than can be gathered, and the journal goes on from the state then", () => {
    const { outcome, commands, complaints } = onSilentDisk({
      untilMs: 300_000,
      answersFrom: 250_000,
      script: bulkyFor(100),
    });
    expect(complaints).toHaveLength(1);
    expect(outcome).toMatchObject({ runs: 2, differentAtMs: null, damagedOctets: 0 });
    expect(outcome.events).toBeLessThan(commands.length - 300);
  });
});

describe("a journal", () => {
  test("is written a quarter of an hour after the start, and then once in that time on a quiet line", () => {
    const { memory, at, see } = noting(openMemory());
    const settings = settingsOf([FIBER, LTE].map((one) => ({ ...one, families: { ...one.families, ipv6: UNUSED } })));
    day({ settings, memory, untilMs: 3_600_000, onStep: ({ now }) => see(now) });
    const minutes = [...new Set(at.map((ms) => Math.round(ms / 60_000)))];
    expect(minutes).toEqual([1, 16, 31, 46, 60]);
  });

  test("is written a minute after a switch", () => {
    const { memory, at, see } = noting(openMemory());
    day({ memory, untilMs: 200_000, script: [[100_000, blackhole("fiber", 30_000)]], onStep: ({ now }) => see(now) });
    expect(at.some((ms) => ms > 163_000 && ms < 166_000)).toBe(true);
  });

  test("begins with the wall clock's time of the daemon's start", () => {
    expect(again(day({}).bytes).starts).toEqual([START + BOOTED_AT]);
  });

  test("loses what can't be written, says so once, and goes on as soon as it can", () => {
    const memory = openMemory();
    const { bytes, commands, complaints } = day({
      memory,
      untilMs: 600_000,
      onStep: ({ now, event }, journal) => {
        memory.problem = now > START + 150_000 && now < START + 350_000 ? "No space left on device" : null;
        if (event.kind === "kernel-read") journal.write();
      },
    });
    expect(complaints).toEqual(["No space left on device"]);
    const outcome = again(bytes);
    expect(outcome).toMatchObject({ runs: 2, differentAtMs: null, damagedOctets: 0 });
    expect(outcome.starts[1]).toBeGreaterThan(START + BOOTED_AT + 300_000);
    expect(outcome.events).toBeLessThan(commands.length - 100);
  });

  test("goes on in another segment without a gap, and the oldest is lost", () => {
    const segments = openMemory(20_000);
    const { bytes, commands } = day({
      memory: segments,
      untilMs: 1_200_000,
      script: [[100_000, blackhole("fiber", 30_000)]],
      onStep: ({ event }, journal) => {
        if (event.kind === "kernel-read") journal.write();
      },
    });
    const outcome = again(bytes);
    expect(outcome).toMatchObject({ runs: 1, differentAtMs: null });
    expect(outcome.events).toBeGreaterThan(100);
    expect(outcome.events).toBeLessThan(commands.length);
    expect(bytes.length).toBeLessThan(2 * 20_000 + 20_000);
  });

  test("that a daemon of other commands would have written is told from ours", () => {
    const memory = openMemory();
    const { bytes } = day({ memory, script: [[20_000, blackhole("fiber", 30_000)]] });
    const other = day({ seed: 2, script: [[20_000, blackhole("fiber", 30_000)]] }).bytes;
    expect(again(bytes).differentAtMs).toBeNull();
    const [first] = [...piecesOf(bytes)];
    const rest = [...piecesOf(other)].slice(1);
    const mixed = replay(first === undefined ? [] : [first, ...rest], VERSION, { onStart: () => {}, onStep: () => {} });
    expect(mixed.differentAtMs).toBeGreaterThanOrEqual(START + BOOTED_AT);
  });
});
