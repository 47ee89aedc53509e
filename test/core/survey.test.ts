import { expect, test } from "vitest";
import { surveyAt } from "../../src/core/path/survey.ts";
import type { State } from "../../src/core/state.ts";
import { tellStory } from "../fake/story.ts";

/** The kernel's ticks: a default whose time is up is listed, for the last of them, as if it never expired. */
const TICK_MS = 10;

test("a default that router advertisements taught is looked at only once the kernel can't list it as everlasting", () => {
  const { world } = tellStory({ happens: [], untilMs: 20_000 });
  const state = world.daemon.state() as State;
  const expiries = state.uplinks.flatMap(({ families }) =>
    families.ipv6?.path.usable ? [families.ipv6.path.expiresAt] : [],
  );
  expect(expiries.every(Number.isFinite)).toBe(true);
  expect(surveyAt(state)).toBeGreaterThan(Math.min(...expiries) + 2 * TICK_MS);
  expect(surveyAt(state)).toBeLessThan(Math.min(...expiries) + 1000);
});
