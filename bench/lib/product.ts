import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The repository: scripts/bench.mjs runs every bench there. */
export const ROOT = process.cwd();

/** The command of this tree. */
export const COMMAND = join(ROOT, "bin/wan-failover");

/** Bundles this tree, so that what runs is what the sources say. Throws where that fails. */
export const buildProduct = (): void => {
  const { status } = spawnSync(process.execPath, ["scripts/build.mjs"], { cwd: ROOT, stdio: "inherit" });
  if (status !== 0) throw new Error("scripts/build.mjs failed.");
};

/** The flags that bin/wan-failover gives to Node. */
export const COMMAND_FLAGS: readonly string[] = readFileSync(COMMAND, "utf8").match(/(?<=\s)--[\w-]+(=\w+)?/g) ?? [];
