// Scores the detector on virtual lines, beside what others do. In the environment: FULL=1 for the long run, SEED=n for
// other lines, DAYS=n and USED_DAYS=n for their length, BLACKHOLES=n for how many, ONLY=balanced,pfSense for some
// contenders, PARTS=idle,used,scenarios for some parts, WHERE=lte,S30 for some lines or scenarios, KEEP=file.json to collect
// the results of several runs, DOCS=1 to put them into docs/.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { docsText } from "./detector/docs.ts";
import { FULL, type Job, jobs, QUICK, type Result, type Size } from "./detector/plan.ts";
import { figure } from "./detector/svg.ts";
import { tables } from "./detector/table.ts";
import { machineText, printTable } from "./lib/report.ts";

const { env } = process;

const count = (name: string, usual: number): number => {
  const asked = Number(env[name] ?? usual);
  if (Number.isFinite(asked) && asked >= 0) return asked;
  throw new Error(`${name} must be a number of 0 or more.`);
};

const sizeAsked = (): Size => {
  const size = env.FULL === "1" ? FULL : QUICK;
  return {
    ...size,
    idleDays: count("DAYS", size.idleDays),
    usedDays: count("USED_DAYS", size.usedDays),
    blackholes: count("BLACKHOLES", size.blackholes),
    seed: count("SEED", size.seed),
  };
};

const names = (list: string | undefined, name: string): boolean => list?.split(",").includes(name) ?? true;

const isAsked = ({ contender, part, where }: Job): boolean =>
  names(env.ONLY, contender.name) && names(env.PARTS, part) && names(env.WHERE, where);

const carryOut = ({ contender, part, where, run }: Job): Result => {
  const began = performance.now();
  const result = { contender: contender.name, part, where, figures: run() };
  console.error(`${contender.name}, ${part}, ${where}: ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  return result;
};

const keyOf = ({ contender, part, where }: Result): string => `${contender}|${part}|${where}`;

/** Infinity and NaN are no JSON. */
const FINITE_NAMES = ["NaN", "Infinity"];
const write = (_: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
const read = (_: string, value: unknown): unknown =>
  typeof value === "string" && FINITE_NAMES.includes(value) ? Number(value) : value;

const kept = (): Result[] =>
  env.KEEP !== undefined && existsSync(env.KEEP) ? JSON.parse(readFileSync(env.KEEP, "utf8"), read) : [];

/** In the order of the plan, whatever was run first. */
const merged = (before: readonly Result[], now: readonly Result[], order: readonly string[]): Result[] => {
  const all = new Map([...before, ...now].map((result) => [keyOf(result), result]));
  return [...all.values()].toSorted((a, b) => order.indexOf(keyOf(a)) - order.indexOf(keyOf(b)));
};

const putIntoDocs = (results: readonly Result[]): void => {
  const file = "docs/detection.md";
  writeFileSync(file, docsText(readFileSync(file, "utf8"), tables(results)));
  writeFileSync("docs/detection.svg", figure(results));
};

const plan = jobs(sizeAsked());
const order = plan.map(({ contender, part, where }) => keyOf({ contender: contender.name, part, where, figures: {} }));
const results = merged(kept(), plan.filter(isAsked).map(carryOut), order);
if (env.KEEP !== undefined) writeFileSync(env.KEEP, JSON.stringify(results, write, 1));
if (env.DOCS === "1") putIntoDocs(results);
console.log(machineText());
for (const table of tables(results)) printTable(table);
