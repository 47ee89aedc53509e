// Every reader of bytes from outside, fed with spoilt ones. INPUTS=1000000 SEED=1 npm run bench fuzz
// READER=config MINUTES=10: that reader only, and no longer.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { stretched } from "./fuzz/mutate.ts";
import type { Subject } from "./fuzz/subject.ts";
import { subjects } from "./fuzz/subjects.ts";
import { tryOut } from "./fuzz/trial.ts";
import { machineText, printTable } from "./lib/report.ts";

const inputs = Number(process.env.INPUTS ?? 1_000_000);
const wanted = process.env.READER ?? "";
const forMs = Number(process.env.MINUTES ?? Number.POSITIVE_INFINITY) * 60_000;
const seed = Number(process.env.SEED ?? 1);

/** One in so many is stretched to 64 KiB besides: what takes 1 ns for each pair of bytes would need four seconds. */
const STRETCHED_SHARE = 1000;
const STRETCHED_SLOW_MS = 2000;

setFlagsFromString("--expose-gc");
globalThis.gc = runInNewContext("gc");

console.log(machineText());
const row = (subject: Subject): readonly string[] => {
  const trial = tryOut(subject, { inputs, seed, forMs });
  const long = tryOut(subject, {
    inputs: Math.ceil(inputs / STRETCHED_SHARE),
    seed,
    forMs,
    spoil: stretched,
    slowMs: STRETCHED_SLOW_MS,
  });
  console.log(`${subject.name}: ${trial.inputs.toLocaleString("en")} inputs in ${trial.seconds.toFixed(0)} s`);
  return [
    subject.name,
    trial.inputs.toLocaleString("en"),
    `${((trial.accepted / trial.inputs) * 100).toFixed(1)} %`,
    ((trial.seconds / trial.inputs) * 1e6).toFixed(1),
    trial.slowestMs.toFixed(1),
    long.slowestMs.toFixed(0),
    trial.grownMiB.toFixed(1),
  ];
};

const rows = subjects()
  .filter(({ name }) => name.includes(wanted))
  .flatMap((subject) => {
    try {
      return [row(subject)];
    } catch (error) {
      console.error((error as Error).message);
      process.exitCode = 1;
      return [];
    }
  });
printTable({
  title: `spoilt inputs, seed ${seed}: no crash, no hang`,
  columns: ["reader", "inputs", "taken for well-formed", "µs each", "slowest, ms", "of 64 KiB, ms", "heap grew, MiB"],
  rows,
});
