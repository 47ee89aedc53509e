// npm run bench [NAME…]: bundles each bench/*.ts (or the named ones) and runs them one after the other.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installDependencies, ROOT } from "./prepare.mjs";

const names = () => {
  const known = readdirSync(`${ROOT}bench`)
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -3));
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !known.includes(name));
  if (unknown.length === 0) return asked.length > 0 ? asked : known;
  console.error(`No bench is called ${unknown.join(", ")}. There are: ${known.join(", ")}.`);
  return process.exit(2);
};

const bundle = async (name, folder) => {
  const { build } = await import("esbuild");
  const outfile = join(folder, "bench", `${name}.mjs`);
  await build({
    absWorkingDir: ROOT,
    entryPoints: [`bench/${name}.ts`],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20.19",
    format: "esm",
    packages: "external",
    logLevel: "warning",
  });
  return outfile;
};

const run = async (name, folder) => {
  console.log(`# ${name}`);
  const { status } = spawnSync(process.execPath, [await bundle(name, folder)], { cwd: ROOT, stdio: "inherit" });
  return status === 0;
};

installDependencies();
const chosen = names();
const folder = mkdtempSync(join(tmpdir(), "wan-failover-bench-"));
try {
  // The bundles look for koffi, for the product and for the lab's programs where their sources would.
  for (const name of ["node_modules", "dist", "bin"]) symlinkSync(`${ROOT}${name}`, join(folder, name));
  const results = [];
  for (const name of chosen) results.push(await run(name, folder));
  process.exitCode = results.every(Boolean) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
