// Bundles the product: dist/wan-failover.mjs and the page in dist/web are all that a router runs; dist/lab.mjs is the lab behind `demo`.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { buildPage } from "./web.mjs";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

const { outputFiles } = await build({
  entryPoints: {
    "wan-failover": "src/main.ts",
    // Loaded only where it is configured: each costs memory.
    notify: "src/daemon/notify.ts",
    mail: "src/adapter/service/mail.ts",
    mqtt: "src/adapter/service/mqtt.ts",
    lab: "lab/main.ts",
  },
  outdir: "dist",
  write: false,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  target: "node20.19",
  format: "esm",
  minifySyntax: true,
  // V8 keeps the source in memory: comments cost a third of it, and one letter beyond Latin-1 in them doubles the rest.
  minifyWhitespace: true,
  lineLimit: 160,
  sourcemap: false,
  external: ["koffi", "./lab.mjs"],
  define: { __VERSION__: JSON.stringify(version) },
  // Bundled CommonJS libraries call require() for Node's own modules.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
  logLevel: "warning",
});

// A program that starts meanwhile finds the old file or the new one, never half of it.
mkdirSync("dist", { recursive: true });
for (const { path, contents } of outputFiles) {
  writeFileSync(`${path}.${process.pid}`, contents);
  renameSync(`${path}.${process.pid}`, path);
}

await buildPage();
