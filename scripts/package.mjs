// npm run package: the Debian packages, the npm tarball and the bill of materials, into packages/. The same source gives
// the same bytes: nothing in them tells when or where they were made. `-- --architecture arm64` (any number of times): the
// Debian packages for other processors than this machine's.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { billOfMaterials } from "./package/bill-of-materials.mjs";
import { buildDaemonDeb, CPU } from "./package/daemon-deb.mjs";
import { buildNodeDeb } from "./package/node-deb.mjs";
import { prepare, ROOT } from "./prepare.mjs";

/** What every file of a package is dated: the last commit, or what the builder says. */
const epoch = () =>
  process.env.SOURCE_DATE_EPOCH ??
  execFileSync("git", ["log", "-1", "--format=%ct"], { cwd: ROOT, encoding: "utf8" }).trim();

const debArchitecture = () => execFileSync("dpkg", ["--print-architecture"], { encoding: "utf8" }).trim();

const packNpm = ({ out }) =>
  execFileSync("npm", ["pack", "--ignore-scripts", "--pack-destination", out], { cwd: ROOT, stdio: "ignore" });

/** A part for each of the architectures. */
const forEach =
  (build) =>
  ({ architectures, ...options }) => {
    for (const architecture of architectures) build({ ...options, architecture });
  };

const PARTS = {
  deb: forEach(buildDaemonDeb),
  node: forEach(buildNodeDeb),
  npm: packNpm,
  bom: ({ out, name, version, bom }) => writeFileSync(`${out}/${name}-${version}.cdx.json`, bom),
};

const refuse = (reason) => {
  console.error(reason);
  process.exit(2);
};

const { values, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { architecture: { type: "string", multiple: true } },
});
const architectures = values.architecture ?? [debArchitecture()];
if (wanted.some((part) => !(part in PARTS)))
  refuse(`There are: ${Object.keys(PARTS).join(", ")}. All of them when nothing is said.`);
for (const one of architectures.filter((each) => !(each in CPU)))
  refuse(
    `${one} isn't supported: what we hand to the C library is laid out for 64-bit processors (${Object.keys(CPU).join(", ")}).`,
  );
prepare();
process.env.SOURCE_DATE_EPOCH = epoch();
process.umask(0o022);
const out = `${ROOT}packages`;
rmSync(out, { recursive: true, force: true });
mkdirSync(out);
const { name, version } = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8"));
const options = { out, name, version, architectures, bom: billOfMaterials() };
for (const part of wanted.length > 0 ? wanted : Object.keys(PARTS)) PARTS[part](options);
for (const file of readdirSync(out)) console.log(`packages/${file}`);
