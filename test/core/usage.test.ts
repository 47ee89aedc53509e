import { expect, test } from "vitest";
import type { Memory } from "../../src/core/memory.ts";
import { reportText } from "../../src/core/report-text.ts";
import { start } from "../../src/core/start.ts";
import { status } from "../../src/core/status.ts";
import { step } from "../../src/core/step.ts";
import { FIBER, LTE, settingsOf } from "../fake/settings.ts";

const GB = 1e9;

const capped = (cap: number) => settingsOf([FIBER, { ...LTE, cap }]);

/** A daemon that is told of bytes, and what it says. */
const counting = (memory: Memory | null = null) => {
  let now = 0;
  let state = start({ settings: capped(10 * GB), memory, seed: 1, now });
  let kept = memory;
  const take = (event: Parameters<typeof step>[1]): readonly string[] => {
    now += 10_000;
    const out = step(state, event, now);
    state = out.state;
    for (const command of out.commands) if (command.kind === "save-memory") kept = command.memory;
    return out.commands.flatMap((command) =>
      command.kind === "report" && command.report.kind === "cap-reached" ? [reportText(command.report).text] : [],
    );
  };
  return {
    counts: (gigabytes: number, month = "2026-10") =>
      take({ kind: "usage-counted", month, uplinks: [{ uplink: "lte", bytes: gigabytes * GB }] }),
    configure: (cap: number) => take({ kind: "configured", settings: capped(cap) }),
    lte: () => status(state, now).uplinks[1]?.usage,
    problems: () => status(state, now).problems,
    memory: () => kept,
  };
};

test("a cap is told of at 80 and at 100 %, once each, and again in the next month", () => {
  const daemon = counting();
  expect(daemon.lte()).toBeNull();
  expect(daemon.counts(7.9)).toEqual([]);
  expect(daemon.counts(8.1)).toEqual(["lte has used 8.1 GB of its 10.0 GB in 2026-10 (81 %)"]);
  expect(daemon.counts(9.9)).toEqual([]);
  expect(daemon.problems()).toEqual([]);
  expect(daemon.counts(10.5)).toEqual(["lte has used 10.5 GB of its 10.0 GB in 2026-10 (105 %)"]);
  expect(daemon.problems()).toEqual(["lte has used 10.5 GB of its 10.0 GB in 2026-10 (105 %)."]);
  expect(daemon.lte()).toMatchObject({ month: "2026-10", bytes: 10.5 * GB, cap: 10 * GB, share: 1.05 });
  expect(daemon.counts(0, "2026-11")).toEqual([]);
  expect(daemon.problems()).toEqual([]);
  expect(daemon.counts(8, "2026-11")).toEqual(["lte has used 8.0 GB of its 10.0 GB in 2026-11 (80 %)"]);
});

test("a step at once from nothing to more than all is told once", () => {
  expect(counting().counts(12)).toEqual(["lte has used 12.0 GB of its 10.0 GB in 2026-10 (120 %)"]);
});

test("a larger cap begins anew", () => {
  const daemon = counting();
  daemon.counts(9);
  expect(daemon.configure(20 * GB)).toEqual([]);
  expect(daemon.counts(15)).toEqual([]);
  expect(daemon.counts(16)).toHaveLength(1);
  expect(daemon.configure(16 * GB)).toEqual(["lte has used 16.0 GB of its 16.0 GB in 2026-10 (100 %)"]);
});

test("a restart doesn't tell it again", () => {
  const before = counting();
  before.counts(9);
  const after = counting(before.memory());
  expect(after.counts(9)).toEqual([]);
  expect(after.counts(10)).toHaveLength(1);
});
