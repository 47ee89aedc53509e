import { describe, expect, test } from "vitest";
import { openProbeRing } from "../../src/shell/history/probe-ring.ts";
import { openRecorder, type Recorder } from "../../src/shell/history/recorder.ts";
import { openHistoryWriter } from "../../src/shell/history/writer.ts";
import type { Journal } from "../../src/shell/journal/journal.ts";
import { blackhole, carrierLost } from "../fake/happenings.ts";
import { batchOf } from "../fake/history-batch.ts";
import { record } from "../fake/recorder.ts";
import { settingsOf } from "../fake/settings.ts";
import { wiresFor } from "../fake/story.ts";
import type { Script } from "../sim/happening.ts";
import { START } from "../sim/world.ts";

const OFFSET = Date.UTC(2026, 9, 20, 12) - START;

/** What a recorder holds after so long, and when it asked to be written. */
const watched = (untilMs: number, script: Script): { recorder: Recorder; urgent: number[]; now: number } => {
  const recorder = openRecorder(START);
  const urgent: number[] = [];
  record({
    settings: settingsOf(),
    wires: wiresFor(settingsOf()),
    script,
    seed: 1,
    untilMs,
    onStep: ({ after: state, ...step }) => {
      if (recorder.observe({ ...step, state })) urgent.push(step.now - START);
    },
  });
  return { recorder, urgent, now: START + untilMs };
};

describe("what the history records", () => {
  test("an outage runs from the first silence to the first answer, with its cause and the probes that went unanswered", () => {
    const { recorder, now } = watched(300_000, [[100_000, blackhole("fiber", 60_000)]]);
    const { outages } = recorder.draft(now, OFFSET).batch;
    const [outage] = outages.filter(({ uplink, family }) => uplink === "fiber" && family === "ipv4");
    const [begin, end] = [outage?.begin, outage?.end].map((at) => (at ?? 0) - OFFSET - START);
    expect(begin).toBeGreaterThanOrEqual(100_000);
    expect(begin).toBeLessThan(102_000);
    expect(end).toBeGreaterThanOrEqual(160_000);
    expect(end).toBeLessThan(167_000);
    expect(outage?.cause).toMatch(/silent|answer/);
    expect(outage?.evidence?.probes.filter(({ rttMs }) => rttMs === null).length).toBeGreaterThan(3);
  });

  test("an outage that lasts has no end, and is told again with it", () => {
    const { recorder, now } = watched(120_000, [[100_000, carrierLost("fiber", 60_000)]]);
    const draft = recorder.draft(now, OFFSET);
    expect(draft.batch.outages.map(({ end }) => end)).toContain(null);
    draft.written();
    expect(recorder.draft(now, OFFSET).batch).toEqual({ events: [], outages: [], samples: [] });
  });

  test("what the run before left down is down in this one too, from its start on", () => {
    const recorders = new Map<Journal, Recorder>();
    record({
      settings: settingsOf(),
      wires: wiresFor(settingsOf()),
      script: [
        [100_000, blackhole("fiber", 100_000)],
        [130_000, { kind: "killed", memory: "kept", forMs: 5000 }],
      ],
      seed: 1,
      untilMs: 300_000,
      onStep: ({ after: state, ...step }, run) => {
        const recorder = recorders.get(run) ?? openRecorder(step.now);
        recorders.set(run, recorder);
        recorder.observe({ ...step, state });
      },
    });
    const [, second] = [...recorders.values()];
    const { outages = [] } = second?.draft(START + 300_000, -START).batch ?? {};
    const [outage] = outages.filter(({ uplink, family }) => uplink === "fiber" && family === "ipv4");
    expect(outage?.cause).toBe("was down before and has not answered since");
    expect(outage?.begin).toBeGreaterThanOrEqual(135_000);
    expect(outage?.begin).toBeLessThan(136_000);
    expect(outage?.end).toBeGreaterThanOrEqual(200_000);
    expect(outage?.end).toBeLessThan(207_000);
  });

  test("what could not be written is in the next batch", () => {
    const { recorder, now } = watched(200_000, [[100_000, blackhole("fiber", 30_000)]]);
    const first = recorder.draft(now, OFFSET).batch;
    expect(recorder.draft(now, OFFSET).batch).toEqual(first);
    expect(first.events.map(({ kind }) => kind)).toContain("switched");
  });

  test("probes are counted by the minute of the wall clock, the lost ones too", () => {
    const { recorder, now } = watched(300_000, [[100_000, blackhole("fiber", 60_000)]]);
    const samples = recorder.draft(now, OFFSET).batch.samples.filter(({ uplink }) => uplink === "fiber");
    expect(samples.every(({ at }) => at % 60_000 === 0)).toBe(true);
    const lost = samples.reduce((sum, sample) => sum + sample.lost, 0);
    const sent = samples.reduce((sum, sample) => sum + sample.sent, 0);
    expect(lost).toBeGreaterThan(20);
    expect(sent - lost).toBeGreaterThan(200);
  });

  test("each probe is written once, those of the minute that runs too", () => {
    const { recorder, now } = watched(90_000, []);
    const first = recorder.draft(now - 70_000, OFFSET);
    first.written();
    const second = recorder.draft(now, OFFSET);
    second.written();
    const sent = [first, second].map(({ batch }) => batch.samples.reduce((sum, sample) => sum + sample.sent, 0));
    const whole = watched(90_000, []).recorder.draft(now, OFFSET).batch.samples;
    expect(Math.min(...sent)).toBeGreaterThan(20);
    expect(sent.reduce((sum, each) => sum + each)).toBe(whole.reduce((sum, sample) => sum + sample.sent, 0));
    expect(recorder.draft(now, OFFSET).batch.samples).toEqual([]);
  });

  test("a switch is urgent, and a quiet line is not", () => {
    expect(watched(100_000, []).urgent.filter((at) => at > 10_000)).toEqual([]);
    expect(watched(200_000, [[100_000, blackhole("fiber", 30_000)]]).urgent.some((at) => at > 100_000)).toBe(true);
  });
});

test("the ring of probes forgets the oldest", () => {
  const ring = openProbeRing(3);
  for (const at of [1, 2, 3, 4])
    ring.add({ uplink: "fiber", family: "ipv4", target: "1.1.1.1", at, rttMs: at === 3 ? null : at });
  expect([...ring.between(0, 4)].map(({ at, rttMs }) => [at, rttMs])).toEqual([
    [2, 2],
    [3, null],
  ]);
});

test("a write that hangs is not followed by another, and nobody waits for it", async () => {
  let writes = 0;
  let finish = (): void => {};
  const write = (): Promise<void> => {
    writes += 1;
    return new Promise((resolve) => {
      finish = resolve;
    });
  };
  const problems: (string | null)[] = [];
  const draft = () => ({ batch: batchOf(0), written: () => {} });
  const writer = openHistoryWriter({ write, draft, onProblem: (problem) => problems.push(problem) });
  expect(await writer.flush(10)).toBe("The disk with the history doesn't answer");
  expect(await writer.flush(10)).toBe("The disk with the history doesn't answer");
  expect(writes).toBe(1);
  finish();
  await expect.poll(() => writer.flush(1000).then(() => writes)).toBe(2);
  writer.stop();
});
