import { expect, test } from "vitest";
import { nearest } from "../../src/config/mistake/nearest.ts";

const KNOWN = ["interface", "weight", "metered", "nat", "tier"];

test.each([
  ["interfce", "interface"],
  ["Interface", "interface"],
  ["wieght", "weight"],
  ["meter", "metered"],
  ["net", "nat"],
  ["teir", "tier"],
])("%s was meant to be %s", (word, meant) => {
  expect(nearest(word, KNOWN)).toBe(meant);
});

test("a word that is near to nothing gets no suggestion", () => {
  expect(nearest("routes", KNOWN)).toBeNull();
  expect(nearest("x".repeat(10_000), KNOWN)).toBeNull();
  expect(nearest("tier", [])).toBeNull();
});
