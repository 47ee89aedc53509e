// Makes a fresh clone runnable: dependencies, then the bundles. Needs nothing but Node and npm.
import { spawnSync } from "node:child_process";
import { existsSync, statSync, utimesSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** npm writes this file last, so it is missing after an interrupted install. */
const INSTALLED = "node_modules/.package-lock.json";

/** Runs a command in the repository with the terminal's own streams; ends this process where it fails. */
export const mustRun = (command, args) => {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: "inherit" });
  if (status === 0) return;
  console.error(`${[command, ...args].join(" ")}: ${error?.message ?? `exit code ${status}`}`);
  process.exit(1);
};

const dependenciesAreCurrent = () =>
  existsSync(`${ROOT}${INSTALLED}`) &&
  statSync(`${ROOT}${INSTALLED}`).mtimeMs >= statSync(`${ROOT}package-lock.json`).mtimeMs;

const refuseOldNode = () => {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Node ${process.versions.node} is too old: 20.19 or later is needed.`);
  process.exit(1);
};

const QUIETLY = ["--no-audit", "--no-fund"];

/**
 * `npm ci` insists on optional packages for other platforms even where the registry doesn't offer them. `npm install`
 * does without; it takes the versions and checksums of package-lock.json too, and leaves that as it is.
 */
const install = () => {
  if (spawnSync("npm", ["ci", ...QUIETLY], { cwd: ROOT }).status !== 0)
    mustRun("npm", ["install", "--no-save", ...QUIETLY]);
};

/** Installs what package-lock.json says unless that has been done since it changed. */
export const installDependencies = () => {
  refuseOldNode();
  if (dependenciesAreCurrent()) return;
  console.log("Installing dependencies");
  install();
  const now = new Date();
  utimesSync(`${ROOT}${INSTALLED}`, now, now);
};

/** Dependencies and dist/. */
export const prepare = () => {
  installDependencies();
  mustRun(process.execPath, ["scripts/build.mjs"]);
};
