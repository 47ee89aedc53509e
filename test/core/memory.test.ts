import fc from "fast-check";
import { expect, test } from "vitest";
import { type Memory, remember } from "../../src/core/memory.ts";
import { start } from "../../src/core/start.ts";
import type { State } from "../../src/core/state.ts";
import { blackhole, ordered } from "../fake/happenings.ts";
import { FIBER, LTE, settingsOf } from "../fake/settings.ts";
import { tellStory } from "../fake/story.ts";
import { START } from "../sim/world.ts";

const settings = settingsOf([FIBER, LTE], { holdAfterFailoverMs: 60_000 });

const stateAt = (untilMs: number): State => {
  const story = tellStory({
    settings,
    happens: [
      [20_000, blackhole("fiber", 10_000)],
      [90_000, ordered({ kind: "test", uplink: "lte", forMs: null })],
      [95_000, ordered({ kind: "use", uplink: "lte" })],
    ],
    untilMs,
  });
  const state = story.world.daemon.state();
  if (state === null) throw new Error("nothing runs");
  return state;
};

const throughFile = (memory: Memory): Memory => JSON.parse(JSON.stringify(memory)) as Memory;

test.each([5000, 21_000, 30_000, 45_000, 92_000, 96_000])("a memory of %i ms survives its file unchanged", (at) => {
  const memory = remember(stateAt(at), START + at);
  expect(throughFile(memory)).toEqual(memory);
});

test("what is remembered is there after a start", () => {
  const state = stateAt(45_000);
  const now = START + 45_000;
  const memory = throughFile(remember(state, now));
  const again = start({ settings, memory, seed: 2, now });
  expect(remember(again, now)).toEqual(memory);
  expect(again.families.ipv4).toMatchObject({ active: ["lte"], how: "failover" });
});

test("a number stays with its name, whatever becomes of the config", () => {
  const names = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e"), { minLength: 1 });
  const settingsFor = (chosen: readonly string[]) =>
    settingsOf(chosen.map((name, place) => ({ ...FIBER, name, interface: name, tier: place + 1 })));
  const numbers = (state: State): Record<string, number> =>
    Object.fromEntries(state.uplinks.map(({ settings: { name }, number }) => [name, number]));
  fc.assert(
    fc.property(names, names, (before, after) => {
      const first = start({ settings: settingsFor(before), memory: null, seed: 1, now: 0 });
      const memory = throughFile(remember(first, 0));
      const second = start({ settings: settingsFor(after), memory, seed: 1, now: 0 });
      const kept = after.filter((name) => before.includes(name));
      expect(kept.map((name) => numbers(second)[name])).toEqual(kept.map((name) => numbers(first)[name]));
      expect(new Set(Object.values(numbers(second))).size).toBe(after.length);
    }),
  );
});
