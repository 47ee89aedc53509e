// npm run package: the Debian packages, the npm tarball and the bill of materials, into packages/. The same source gives
// the same bytes: nothing in them tells when or where they were made.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { billOfMaterials } from "./package/bill-of-materials.mjs";
import { buildDaemonDeb } from "./package/daemon-deb.mjs";
import { buildNodeDeb } from "./package/node-deb.mjs";
import { prepare, ROOT } from "./prepare.mjs";

/** What every file of a package is dated: the last commit, or what the builder says. */
const epoch = () =>
  process.env.SOURCE_DATE_EPOCH ??
  execFileSync("git", ["log", "-1", "--format=%ct"], { cwd: ROOT, encoding: "utf8" }).trim();

const debArchitecture = () => execFileSync("dpkg", ["--print-architecture"], { encoding: "utf8" }).trim();

const packNpm = ({ out }) =>
  execFileSync("npm", ["pack", "--ignore-scripts", "--pack-destination", out], { cwd: ROOT, stdio: "ignore" });

const PARTS = {
  deb: buildDaemonDeb,
  node: buildNodeDeb,
  npm: packNpm,
  bom: ({ out, name, version, bom }) => writeFileSync(`${out}/${name}-${version}.cdx.json`, bom),
};

const wanted = process.argv.slice(2);
if (wanted.some((part) => !(part in PARTS))) {
  console.error(`There are: ${Object.keys(PARTS).join(", ")}. All of them when nothing is said.`);
  process.exit(2);
}
prepare();
process.env.SOURCE_DATE_EPOCH = epoch();
process.umask(0o022);
const out = `${ROOT}packages`;
rmSync(out, { recursive: true, force: true });
mkdirSync(out);
const { name, version } = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8"));
const options = { out, name, version, architecture: debArchitecture(), bom: billOfMaterials() };
for (const part of wanted.length > 0 ? wanted : Object.keys(PARTS)) PARTS[part](options);
for (const file of readdirSync(out)) console.log(`packages/${file}`);
