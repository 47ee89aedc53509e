import { expect, test } from "vitest";
import { subjects } from "../../bench/fuzz/subjects.ts";
import { tryOut } from "../../bench/fuzz/trial.ts";

/** A taste: `npm run bench fuzz` gives each reader a million. */
const INPUTS = 5000;

test.each(subjects().map((subject) => [subject.name, subject] as const))(
  "%s: spoilt bytes are refused or taken, and nothing else",
  (_name, subject) => {
    const { accepted } = tryOut(subject, { inputs: subject.slow ? INPUTS / 25 : INPUTS, seed: 1 });
    // Were all refused, or none, nothing would have been tried.
    expect(accepted).toBeGreaterThan(0);
  },
);
