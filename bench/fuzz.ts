// Every reader of bytes from outside, fed with spoilt ones. INPUTS=1000000 SEED=1 npm run bench fuzz
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { subjects } from "./fuzz/subjects.ts";
import { tryOut } from "./fuzz/trial.ts";
import { machineText, printTable } from "./lib/report.ts";

const inputs = Number(process.env.INPUTS ?? 1_000_000);
const seed = Number(process.env.SEED ?? 1);

setFlagsFromString("--expose-gc");
globalThis.gc = runInNewContext("gc");

console.log(machineText());
const rows = subjects().map((subject) => {
  const { accepted, seconds, slowestMs, grownMiB } = tryOut(subject, { inputs, seed });
  return [
    subject.name,
    inputs.toLocaleString("en"),
    `${((accepted / inputs) * 100).toFixed(1)} %`,
    ((seconds / inputs) * 1e6).toFixed(1),
    slowestMs.toFixed(1),
    grownMiB.toFixed(1),
  ];
});
printTable({
  title: `spoilt inputs, seed ${seed}: no crash, no hang`,
  columns: ["reader", "inputs", "taken for well-formed", "µs each", "slowest, ms", "heap grew, MiB"],
  rows,
});
