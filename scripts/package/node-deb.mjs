import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../prepare.mjs";
import { buildDeb } from "./deb.mjs";

/** Node's own builds, as the npm registry has them. The checksums are those of the tarballs. */
const RUNTIMES = JSON.parse(readFileSync(`${ROOT}packaging/debian/node-runtime.json`, "utf8"));

/** wan-failover-node_VERSION_ARCHITECTURE.deb: a fitting Node for Debian 12, whose own is too old. */
export const buildNodeDeb = ({ out, architecture }) => {
  const runtime = RUNTIMES.builds[architecture];
  if (runtime === undefined) return;
  const { version } = RUNTIMES;
  const folder = mkdtempSync(join(tmpdir(), "wan-failover-node-"));
  try {
    unpack({ ...runtime, version, folder });
    buildDeb({
      file: `${out}/wan-failover-node_${version}_${architecture}.deb`,
      control: readFileSync(`${ROOT}packaging/debian/control.node`, "utf8")
        .trim()
        .replace("{version}", version)
        .replace("{architecture}", architecture),
      fill: (tree) => {
        tree.copy(`${folder}/package/bin/node`, "usr/lib/wan-failover-node/bin/node", { mode: 0o755 });
        tree.copy(`${folder}/package/LICENSE`, "usr/share/doc/wan-failover-node/copyright");
      },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const unpack = ({ name, sha512, version, folder }) => {
  const packed = execFileSync("npm", ["pack", `${name}@${version}`, "--silent", "--pack-destination", folder], {
    cwd: folder,
    encoding: "utf8",
  }).trim();
  const file = join(folder, packed);
  const found = createHash("sha512").update(readFileSync(file)).digest("base64");
  if (found !== sha512) throw new Error(`${packed} isn't what node-runtime.json says: sha512 ${found}`);
  execFileSync("tar", ["-xzf", file, "-C", folder]);
};
