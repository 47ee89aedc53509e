// npm run docs: writes the pages that are made from the source (a test fails while they are stale), and takes pictures of the
// page: in a terminal, where a lab can be built and the page has changed since the last ones, and always with --pictures.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { prepare, ROOT } from "./prepare.mjs";

prepare();
const { build } = await import("esbuild");

const bundle = (entryPoint, outfile) =>
  build({
    absWorkingDir: ROOT,
    entryPoints: [entryPoint],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20.19",
    format: "esm",
    packages: "external",
    logLevel: "warning",
  });

const writePages = async (folder) => {
  const outfile = join(folder, "pages.mjs");
  await bundle("scripts/docs/pages.ts", outfile);
  const { pages } = await import(pathToFileURL(outfile).href);
  for (const [path, text] of Object.entries(pages())) {
    writeFileSync(`${ROOT}${path}`, text);
    console.log(path);
  }
};

/** Beside the lab's bundle, whose programs it starts. */
const SCREENSHOTS = `${ROOT}dist/screenshots.mjs`;

const takeScreenshots = async () => {
  process.chdir(ROOT);
  await bundle("scripts/docs/screenshots.ts", SCREENSHOTS);
  const { takeScreenshots: take } = await import(pathToFileURL(SCREENSHOTS).href);
  await take().finally(() => rmSync(SCREENSHOTS));
};

/** Which build of the page the pictures show: its files' names change with their content. */
const TAKEN = `${ROOT}docs/page/taken.txt`;

const builtPage = () =>
  `${readdirSync(`${ROOT}dist/web/assets`)
    .filter((name) => /\.(js|css)$/.test(name))
    .sort()
    .join("\n")}\n`;

const areStale = () => !existsSync(TAKEN) || readFileSync(TAKEN, "utf8") !== builtPage();

/** They take two minutes: not for a script that only wants the texts. */
const areWanted = () => process.argv.includes("--pictures") || (areStale() && process.stdout.isTTY === true);

const canTakeScreenshots = () =>
  process.getuid?.() === 0 && existsSync("/dev/net/tun") && existsSync("/usr/bin/chromium");

// Within node_modules, so that the bundle finds the libraries.
const folder = mkdtempSync(`${ROOT}node_modules/.docs-`);
try {
  await writePages(folder);
  if (areWanted() && canTakeScreenshots()) {
    await takeScreenshots();
    writeFileSync(TAKEN, builtPage());
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
