import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { ROOT } from "../prepare.mjs";
import { buildDeb } from "./deb.mjs";

/** What the bundle loads as it is, since it is native or finds native code beside itself. */
const NATIVE = ["koffi", "@koromix/koffi-linux-{cpu}"];

/** How Node names the processor that Debian calls so. */
const CPU = { amd64: "x64", arm64: "arm64" };

const HOME = "usr/lib/wan-failover";

/** wan-failover_VERSION_ARCHITECTURE.deb */
export const buildDaemonDeb = ({ out, version, architecture, bom }) => {
  const cpu = CPU[architecture] ?? architecture;
  buildDeb({
    file: `${out}/wan-failover_${version}_${architecture}.deb`,
    control: readFileSync(`${ROOT}packaging/debian/control`, "utf8")
      .trim()
      .replace("{version}", version)
      .replace("{architecture}", architecture),
    fill: (tree) => {
      addProgram(tree, cpu);
      addSystem(tree);
      addDocuments(tree, bom);
    },
  });
};

const addProgram = (tree, cpu) => {
  tree.copy(`${ROOT}bin/wan-failover`, `${HOME}/bin/wan-failover`, { mode: 0o755 });
  tree.copy(`${ROOT}bin/dhcp-hook`, `${HOME}/bin/dhcp-hook`, { mode: 0o755 });
  // A router has no use for the lab.
  tree.copy(`${ROOT}dist`, `${HOME}/dist`, { only: (path) => !path.endsWith("/lab.mjs") });
  for (const name of NATIVE.map((each) => each.replace("{cpu}", cpu)))
    tree.copy(`${ROOT}node_modules/${name}`, `${HOME}/node_modules/${name}`, { only: (path) => isRun(path, cpu) });
  symlinkSync("../lib/wan-failover/bin/wan-failover", tree.place("usr/bin/wan-failover"));
};

/** Of a library: what runs here, and its licence; neither its sources nor other machines' code. */
const isRun = (path, cpu) =>
  /\/(package\.json|LICENSE[^/]*|[^/]+\.(js|cjs|mjs|node))$/.test(path) &&
  !/\/(vendor|doc|scripts)\/|musl/.test(path.slice(path.lastIndexOf("node_modules"))) &&
  (!path.includes("/prebuilds/") || path.includes(`/prebuilds/linux-${cpu}/`));

const addSystem = (tree) => {
  tree.copy(`${ROOT}packaging/systemd/wan-failover.service`, "usr/lib/systemd/system/wan-failover.service");
  tree.copy(`${ROOT}packaging/polkit/wan-failover.rules`, "usr/share/polkit-1/rules.d/60-wan-failover.rules");
  for (const script of ["postinst", "prerm", "postrm"])
    tree.copy(`${ROOT}packaging/debian/${script}`, `DEBIAN/${script}`, { mode: 0o755 });
  const completion = `${ROOT}packaging/completion`;
  tree.copy(`${completion}/wan-failover.bash`, "usr/share/bash-completion/completions/wan-failover");
  tree.copy(`${completion}/_wan-failover`, "usr/share/zsh/vendor-completions/_wan-failover");
  tree.copy(`${completion}/wan-failover.fish`, "usr/share/fish/vendor_completions.d/wan-failover.fish");
  for (const [page, chapter] of [
    ["wan-failover.8", 8],
    ["wan-failover.yaml.5", 5],
  ])
    tree.write(`usr/share/man/man${chapter}/${page}.gz`, zipped(`${ROOT}packaging/man/${page}`));
};

const addDocuments = (tree, bom) => {
  const folder = "usr/share/doc/wan-failover";
  tree.copy(`${ROOT}LICENSE`, `${folder}/copyright`);
  tree.write(`${folder}/changelog.gz`, zipped(`${ROOT}CHANGELOG.md`));
  tree.copy(`${ROOT}README.md`, `${folder}/README.md`);
  tree.copy(`${ROOT}examples`, `${folder}/examples`);
  tree.copy(`${ROOT}docs`, `${folder}/docs`, { only: (path) => path.endsWith(".md") || path.endsWith(".json") });
  tree.write(`${folder}/bill-of-materials.cdx.json`, bom);
  const more = `${ROOT}packaging/prometheus`;
  if (existsSync(more))
    tree.copy(more, "usr/share/wan-failover/prometheus", { only: (path) => !path.includes(".test.") });
};

/** gzip's header without a time. */
const zipped = (file) => gzipSync(readFileSync(file), { level: 9 });
