import { describe, expect, test } from "vitest";
import type { Batch } from "../../src/core/history/batch.ts";
import { openDrafts } from "../../src/shell/history/drafts.ts";
import { openRecorder } from "../../src/shell/history/recorder.ts";

const BOOTED_AT = Date.UTC(2026, 9, 20, 12);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** A run whose wall clock can be set; `pass` lets time go by and gives the batch of then. */
const openRun = () => {
  const clock = { now: 1000, offset: BOOTED_AT };
  const draft = openDrafts({
    recorder: openRecorder(clock.now),
    odometer: { read: () => {}, counted: () => ({ usage: [], meters: [] }) },
    monotonicMs: () => clock.now,
    wallMs: () => clock.now + clock.offset,
  });
  return {
    set: (by: number) => {
      clock.offset += by;
    },
    pass: (ms: number): Batch => {
      clock.now += ms;
      const { batch, written } = draft();
      written();
      return batch;
    },
  };
};

describe("a history under a clock that is set", () => {
  test.each([3_000, -3_000, 5 * HOUR, -5 * HOUR, 10 * YEAR, -10 * YEAR])(
    "by %i ms: the run's times follow it",
    (by) => {
      const run = openRun();
      run.pass(HOUR);
      run.set(by);
      expect(run.pass(HOUR)).toMatchObject({
        began: BOOTED_AT + 1000 + by,
        now: BOOTED_AT + 1000 + 2 * HOUR + by,
        clockSetBy: by,
      });
      expect(run.pass(HOUR)).toMatchObject({ clockSetBy: 0 });
    },
  );

  test("a clock that is years ahead for a while has nothing deleted", () => {
    const run = openRun();
    expect(run.pass(DAY).isClockTrusted).toBe(true);
    run.set(10 * YEAR);
    expect([run.pass(1), run.pass(HOUR)].map(({ isClockTrusted }) => isClockTrusted)).toEqual([false, false]);
    run.set(-10 * YEAR);
    expect(run.pass(1).isClockTrusted).toBe(false);
    expect(run.pass(DAY).isClockTrusted).toBe(true);
  });

  test("a clock that was wrong when the machine was booted has nothing deleted either", () => {
    const run = openRun();
    run.set(10 * YEAR);
    expect(run.pass(1).isClockTrusted).toBe(false);
  });

  test("a clock that is corrected by minutes stays trusted", () => {
    const run = openRun();
    run.pass(DAY);
    run.set(-10 * 60_000);
    expect(run.pass(1).isClockTrusted).toBe(true);
  });
});
