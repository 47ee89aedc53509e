import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { ROOT } from "../prepare.mjs";
import { buildDeb } from "./deb.mjs";
import { withPackage } from "./registry.mjs";

/** How Node names the processors that Debian calls so: those that src/adapter/libc.ts runs on. */
export const CPU = { amd64: "x64", arm64: "arm64", riscv64: "riscv64" };

const LOCKED = JSON.parse(readFileSync(`${ROOT}package-lock.json`, "utf8")).packages;

const HOME = "usr/lib/wan-failover";

/** wan-failover_VERSION_ARCHITECTURE.deb */
export const buildDaemonDeb = ({ out, version, architecture, bom }) =>
  withNative(`@koromix/koffi-linux-${CPU[architecture]}`, (native) =>
    buildDeb({
      file: `${out}/wan-failover_${version}_${architecture}.deb`,
      control: readFileSync(`${ROOT}packaging/debian/control`, "utf8")
        .trim()
        .replace("{version}", version)
        .replace("{architecture}", architecture),
      fill: (tree) => {
        addProgram(tree);
        addLibrary(tree, "koffi", `${ROOT}node_modules/koffi`);
        addLibrary(tree, native.name, native.folder);
        addSystem(tree);
        addDocuments(tree, bom);
      },
    }),
  );

/** npm installs a native part for this machine's processor alone; others are fetched, in the version that is locked. */
const withNative = (name, use) => {
  const folder = `${ROOT}node_modules/${name}`;
  if (existsSync(folder)) return use({ name, folder });
  const { version, integrity } = LOCKED[`node_modules/${name}`];
  return withPackage({ name, version, integrity }, (fetched) => use({ name, folder: fetched }));
};

const addProgram = (tree) => {
  tree.copy(`${ROOT}bin/wan-failover`, `${HOME}/bin/wan-failover`, { mode: 0o755 });
  tree.copy(`${ROOT}bin/dhcp-hook`, `${HOME}/bin/dhcp-hook`, { mode: 0o755 });
  // A router has no use for the lab.
  tree.copy(`${ROOT}dist`, `${HOME}/dist`, { only: (path) => path !== "lab.mjs" });
  symlinkSync("../lib/wan-failover/bin/wan-failover", tree.place("usr/bin/wan-failover"));
};

/** What the bundle loads as it is, since it is native or finds native code beside itself. */
const addLibrary = (tree, name, folder) => tree.copy(folder, `${HOME}/node_modules/${name}`, { only: isRun });

/** Of a library: what runs, and its licence; neither its sources nor code for another C library. */
const isRun = (path) =>
  /(^|\/)(package\.json|LICENSE[^/]*|[^/]+\.(js|cjs|mjs|node))$/.test(path) &&
  !/(^|\/)(vendor|doc|scripts)\/|musl/.test(path);

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
