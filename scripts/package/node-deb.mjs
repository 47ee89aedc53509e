import { readFileSync } from "node:fs";
import { ROOT } from "../prepare.mjs";
import { buildDeb } from "./deb.mjs";
import { withPackage } from "./registry.mjs";

/** Node's own builds, as the npm registry has them. */
const RUNTIMES = JSON.parse(readFileSync(`${ROOT}packaging/debian/node-runtime.json`, "utf8"));

/** wan-failover-node_VERSION_ARCHITECTURE.deb: a fitting Node for Debian 12, whose own is too old. */
export const buildNodeDeb = ({ out, architecture }) => {
  const runtime = RUNTIMES.builds[architecture];
  if (runtime === undefined) return;
  const { version } = RUNTIMES;
  withPackage({ ...runtime, version }, (folder) =>
    buildDeb({
      file: `${out}/wan-failover-node_${version}_${architecture}.deb`,
      control: readFileSync(`${ROOT}packaging/debian/control.node`, "utf8")
        .trim()
        .replace("{version}", version)
        .replace("{architecture}", architecture),
      fill: (tree) => {
        tree.copy(`${folder}/bin/node`, "usr/lib/wan-failover-node/bin/node", { mode: 0o755 });
        tree.copy(`${folder}/LICENSE`, "usr/share/doc/wan-failover-node/copyright");
      },
    }),
  );
};
