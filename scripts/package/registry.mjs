import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** `use(folder)` finds a package of the npm registry unpacked; `integrity` is what its tarball must come to ("sha512-…"). */
export const withPackage = ({ name, version, integrity }, use) => {
  const folder = mkdtempSync(join(tmpdir(), "wan-failover-npm-"));
  try {
    const packed = execFileSync("npm", ["pack", `${name}@${version}`, "--silent", "--pack-destination", folder], {
      cwd: folder,
      encoding: "utf8",
    }).trim();
    const file = join(folder, packed);
    const found = `sha512-${createHash("sha512").update(readFileSync(file)).digest("base64")}`;
    if (found !== integrity) throw new Error(`${packed} isn't what it should be: ${found}, not ${integrity}`);
    execFileSync("tar", ["-xzf", file, "-C", folder]);
    use(join(folder, "package"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
