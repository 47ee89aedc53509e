import { expect, test } from "vitest";
import type { Command } from "../../src/core/command.ts";
import type { Event } from "../../src/core/event.ts";
import { remember } from "../../src/core/memory.ts";
import { start } from "../../src/core/start.ts";
import { type Step, step } from "../../src/core/step.ts";
import { kernelState } from "../fake/kernel-state.ts";
import { settingsOf } from "../fake/settings.ts";

const KERNEL = kernelState();
const CHANGED: Event = { kind: "kernel-changed" };
const READ: Event = { kind: "kernel-read", kernel: KERNEL };
const EDITED: Event = { kind: "kernel-edited", failures: [], firewall: "listing" };

/** Edits are another matter. */
const isReading = (kind: Command["kind"]): boolean => kind === "read-kernel";

/** Steps through events, and gives the kinds of the commands that concern the kernel, one list for each step. */
const run = (events: readonly (readonly [at: number, event: Event])[]): readonly (readonly Command["kind"][])[] => {
  let state = start({ settings: settingsOf(), memory: null, seed: 1, now: 0 });
  return events.map(([at, event]) => {
    const out: Step = step(state, event, at);
    state = out.state;
    return out.commands.map(({ kind }) => kind).filter((kind) => kind.endsWith("-kernel"));
  });
};

const STARTED: readonly (readonly [number, Event])[] = [
  [0, { kind: "configured", settings: settingsOf() }],
  [0, READ],
  [0, EDITED],
];

test("the start reads the kernel, then edits it", () => {
  expect(run(STARTED)).toEqual([["read-kernel"], ["edit-kernel"], []]);
});

test("a burst of hints costs one reading", () => {
  const out = run([...STARTED, [10, CHANGED], [10, CHANGED], [11, CHANGED], [11, READ], [12, CHANGED]]);
  expect(out.slice(3).map((kinds) => kinds.filter(isReading))).toEqual([["read-kernel"], [], [], [], ["read-kernel"]]);
});

test("a reading that never came is asked for again with a later hint", () => {
  const out = run([...STARTED, [10, CHANGED], [500, CHANGED], [1010, CHANGED]]);
  expect(out.slice(3)).toEqual([["read-kernel"], [], ["read-kernel"]]);
});

test("a reading that never came is repeated after a second, also the first of all, whatever hints came meanwhile", () => {
  const TICK: Event = { kind: "tick" };
  const out = run([...STARTED.slice(0, 1), [500, TICK], [1000, TICK], [1000, READ], [1000, EDITED], [1100, TICK]]);
  expect(out).toEqual([["read-kernel"], [], ["read-kernel"], ["edit-kernel"], [], []]);
  const later = run([...STARTED, [10, CHANGED], [20, CHANGED], [1010, TICK]]);
  expect(later.slice(3)).toEqual([["read-kernel"], [], ["read-kernel"]]);
});

test("until the first reading nothing but that is waited for, whatever a memory holds that is over", () => {
  const before = start({ settings: settingsOf(), memory: null, seed: 1, now: 0 });
  const memory = { ...remember(before, 0), test: { uplink: "lte", until: 100 } };
  const begun = start({ settings: settingsOf(), memory, seed: 1, now: 500 });
  expect(step(begun, { kind: "tick" }, 500).state.reviewAt).toBe(1500);
});

test("a reading that may be older than the edits underway is repeated", () => {
  const out = run([STARTED[0] ?? [0, READ], [0, READ], [0, READ], [0, EDITED], [0, READ]]);
  expect(out).toEqual([["read-kernel"], ["edit-kernel"], ["read-kernel"], [], ["edit-kernel"]]);
});

test("edits wait for the outcome of those before", () => {
  const gone: Event = { kind: "kernel-read", kernel: { ...KERNEL, routes: [] } };
  const out = run([...STARTED.slice(0, 2), [5, CHANGED], [5, gone], [6, EDITED]]);
  expect(out.slice(2)).toEqual([["read-kernel"], ["read-kernel"], []]);
});
