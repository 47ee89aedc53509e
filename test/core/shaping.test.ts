import { expect, test } from "vitest";
import type { Command } from "../../src/core/command.ts";
import type { Event } from "../../src/core/event.ts";
import type { KernelState } from "../../src/core/kernel/kernel.ts";
import type { ShapeSettings } from "../../src/core/kernel/shaping.ts";
import { start } from "../../src/core/start.ts";
import type { State } from "../../src/core/state.ts";
import { status } from "../../src/core/status.ts";
import { step } from "../../src/core/step.ts";
import { kernelState } from "../fake/kernel-state.ts";
import { FIBER, LTE, settingsOf } from "../fake/settings.ts";

const SHAPE: ShapeSettings = { upload: 10_000, linkLayer: "docsis", ackFilter: true };
const SETTINGS = settingsOf([{ ...FIBER, shape: SHAPE }, LTE]);
const OURS = { link: 3, kind: "cake", handle: 0x8701 };

interface Run {
  readonly state: State;
  readonly commands: readonly Command[];
}

const EDITED: Event = { kind: "kernel-edited", failures: [], firewall: undefined };

const run = (state: State, event: Event, now: number): Run => {
  const first = step(state, event, now);
  const second = step(first.state, EDITED, now);
  return { state: second.state, commands: [...first.commands, ...second.commands] };
};

const reading = (qdiscs: KernelState["qdiscs"] = []): Event => ({
  kind: "kernel-read",
  kernel: kernelState({ qdiscs }),
});
const shaped = (by: "cake" | "htb" | null, problem: string | null): Event => ({
  kind: "uplink-shaped",
  uplink: "fiber",
  by,
  problem,
});
const fresh = (): State => start({ settings: SETTINGS, memory: null, seed: 1, now: 0 });

const orders = ({ commands }: Run) => commands.filter(({ kind }) => kind === "shape-uplink");
const removed = ({ commands }: Run) =>
  commands.flatMap((one) =>
    one.kind === "edit-kernel" ? one.edits.filter(({ kind }) => kind === "delete-qdisc") : [],
  );

test("a shaper that is missing is ordered once, and again when it is gone, but not at once", () => {
  const first = run(fresh(), reading(), 0);
  expect(orders(first)).toEqual([
    { kind: "shape-uplink", uplink: "fiber", interface: "eth0", handle: 0x8701, shape: SHAPE },
  ]);
  expect(orders(run(first.state, reading(), 10))).toEqual([]);
  const done = run(first.state, shaped("cake", null), 20);
  expect(orders(run(done.state, reading([OURS]), 30))).toEqual([]);
  const gone = run(done.state, reading(), 1000);
  expect(orders(gone)).toEqual([]);
  expect(gone.state.reviewAt).toBeLessThanOrEqual(5020);
  expect(orders(run(gone.state, { kind: "tick" }, 5020))).toHaveLength(1);
});

test("what tc refuses is told, and tried again after a minute", () => {
  const failed = run(run(fresh(), reading(), 0).state, shaped(null, "the program tc is missing"), 20);
  expect(status(failed.state, 20).problems).toEqual(["The upload of fiber is not shaped: the program tc is missing."]);
  expect(orders(run(failed.state, reading(), 50_000))).toEqual([]);
  expect(orders(run(failed.state, reading(), 60_020))).toHaveLength(1);
  const htb = run(failed.state, shaped("htb", "Specified qdisc kind is unknown"), 60_030);
  expect(status(htb.state, 60_030).problems).toEqual([
    "The upload of fiber is shaped by HTB instead of CAKE: Specified qdisc kind is unknown.",
  ]);
});

test("other settings mean another order, none the end of ours, and nobody else's is touched", () => {
  const done = run(run(fresh(), reading(), 0).state, shaped("cake", null), 20);
  const settled = run(done.state, reading([OURS]), 30);
  const slower = settingsOf([{ ...FIBER, shape: { ...SHAPE, upload: 5000 } }, LTE]);
  expect(orders(run(settled.state, { kind: "configured", settings: slower }, 40))).toHaveLength(1);
  const others = { link: 4, kind: "tbf", handle: 0x8001 };
  const without = run(settled.state, { kind: "configured", settings: settingsOf() }, 40);
  expect(removed(without)).toEqual([{ kind: "delete-qdisc", qdisc: OURS }]);
  expect(removed(run(without.state, reading([others]), 50))).toEqual([]);
});
