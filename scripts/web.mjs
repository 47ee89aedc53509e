// Bundles the page into dist/web: names that change with the content, each file also compressed as browsers like it.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const FOLDER = "dist/web";

/** What is in here has its content's hash in its name, so that browsers keep it for ever. */
const ASSETS = "assets";

const COMPRESSED = [
  [".br", (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } })],
  [".gz", (bytes) => gzipSync(bytes, { level: 9 })],
];

const bundle = () =>
  build({
    entryPoints: { page: "src/web/main.tsx" },
    outdir: FOLDER,
    entryNames: `${ASSETS}/[name]-[hash]`,
    chunkNames: `${ASSETS}/part-[hash]`,
    write: false,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: ["es2022", "chrome111", "firefox113", "safari16.4"],
    jsx: "automatic",
    jsxImportSource: "preact",
    minify: true,
    sourcemap: false,
    metafile: true,
    logLevel: "warning",
  });

/** The page itself, with the names of what it begins with. */
const html = ({ outputs }) => {
  const [path, { cssBundle }] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === "src/web/main.tsx");
  return readFileSync("src/web/page.html", "utf8")
    .replace("{script}", `/${relative(FOLDER, path)}`)
    .replace("{style}", `/${relative(FOLDER, cssBundle)}`)
    .replaceAll(/\n\s*/g, "\n");
};

const write = (path, bytes) => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  for (const [ending, compress] of COMPRESSED) writeFileSync(`${path}${ending}`, compress(bytes));
};

/** Writes the page's files, and removes those of earlier builds. */
export const buildPage = async () => {
  const { outputFiles, metafile } = await bundle();
  const files = new Map(outputFiles.map(({ path, contents }) => [relative(resolve(FOLDER), path), contents]));
  files.set("index.html", Buffer.from(html(metafile)));
  files.set("icon.svg", readFileSync("src/web/icon.svg"));
  for (const [name, contents] of files) write(join(FOLDER, name), contents);
  const isStale = (name) => !files.has(name.replace(/\.(br|gz)$/, ""));
  for (const entry of readdirSync(FOLDER, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && isStale(relative(FOLDER, path))) rmSync(path);
  }
};
