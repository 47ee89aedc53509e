// npm run docs: writes the pages that are made from the source. A test fails while they are stale.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { installDependencies, ROOT } from "./prepare.mjs";

installDependencies();
const { build } = await import("esbuild");

// Within node_modules, so that the bundle finds the libraries.
const folder = mkdtempSync(`${ROOT}node_modules/.docs-`);
try {
  const outfile = join(folder, "pages.mjs");
  await build({
    absWorkingDir: ROOT,
    entryPoints: ["scripts/docs/pages.ts"],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20.19",
    format: "esm",
    packages: "external",
    logLevel: "warning",
  });
  const { pages } = await import(pathToFileURL(outfile).href);
  for (const [path, text] of Object.entries(pages())) {
    writeFileSync(`${ROOT}${path}`, text);
    console.log(path);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
