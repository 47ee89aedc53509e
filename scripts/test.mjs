// npm test: everything, on a fresh clone too. The last line is always "N passed, N failed".
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requirePackages } from "./packages.mjs";
import { prepare, ROOT } from "./prepare.mjs";

/** One after the other: the machine may have two cores, and the last one measures times. */
const PHASES = [["unit", "tidy", "sim"], ["kernel"], ["lab"], ["browser"], ["timing"]];

/** Far above what any phase takes; a hanging one is a failure, not a wait. */
const PHASE_TIMEOUT_MS = 30 * 60_000;

const run = (command, args) =>
  spawnSync(command, args, { cwd: ROOT, stdio: "inherit", timeout: PHASE_TIMEOUT_MS }).status === 0;

/** A tool that only says yes or no counts as one test. */
const check = (title, command, args) => {
  console.log(`# ${title}`);
  const passed = run(`node_modules/.bin/${command}`, args);
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1 };
};

/** A file that couldn't even be loaded holds no failed test, but is one. */
const brokenFiles = (report) =>
  report.testResults.filter(({ status, assertionResults }) => status === "failed" && assertionResults.length === 0);

const count = (file, succeeded, title) => {
  if (!existsSync(file)) return { passed: 0, failed: 1 };
  const report = JSON.parse(readFileSync(file, "utf8"));
  const passed = report.numPassedTests;
  const failed = report.numFailedTests + brokenFiles(report).length;
  if (passed + failed === 0) console.error(`No test ran in ${title}.`);
  if (report.numPendingTests > 0) console.error(`${report.numPendingTests} tests were skipped in ${title}.`);
  // An error outside any test, or a phase without tests, is a failure as well.
  const unexplained = failed === 0 && (!succeeded || passed === 0);
  return { passed, failed: unexplained ? 1 : failed };
};

const tests = (projects, folder) => {
  const title = projects.join(", ");
  console.log(`# ${title}`);
  const file = join(folder, `${projects.join("-")}.json`);
  const succeeded = run("node_modules/.bin/vitest", [
    "run",
    // Labs mostly wait: a house takes an eighth of a core, and each worker has up to three.
    `--maxWorkers=${projects.includes("lab") ? 3 : 2}`,
    ...projects.flatMap((project) => ["--project", project]),
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${file}`,
  ]);
  return count(file, succeeded, title);
};

const all = (folder) => [
  check("format and lint", "biome", ["ci", "--error-on-warnings", "."]),
  check("types", "tsc", ["--noEmit"]),
  check("types of the page", "tsc", ["--noEmit", "-p", "src/web"]),
  ...PHASES.map((projects) => tests(projects, folder)),
];

const sum = (results, key) => results.reduce((total, result) => total + result[key], 0);

prepare();
requirePackages();
const folder = mkdtempSync(join(tmpdir(), "wan-failover-test-"));
try {
  const results = all(folder);
  const failed = sum(results, "failed");
  process.exitCode = failed === 0 ? 0 : 1;
  console.log(`${sum(results, "passed")} passed, ${failed} failed`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
