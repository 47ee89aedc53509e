import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A disk of its own that can be made to hang. */
export interface Disk {
  /** Where it is mounted. */
  readonly path: string;
  /** Whoever writes from now on waits; whatever becomes of this process, for some seconds only. */
  freeze(): void;
  thaw(): void;
}

const THAWS_AFTER_S = 8;

/** An empty disk of 8 MiB, gone after the test. */
export const openDisk = (): Disk => {
  const place = mkdtempSync(join(tmpdir(), "wan-failover-disk-"));
  const [image, path] = [join(place, "image"), join(place, "disk")];
  mkdirSync(path);
  execFileSync("truncate", ["-s", "8M", image]);
  execFileSync("mkfs.ext4", ["-q", image]);
  execFileSync("mount", ["-o", "loop", image, path]);
  onTestFinished(() => {
    execFileSync("umount", ["-l", path]);
    rmSync(place, { recursive: true, force: true });
  });
  return {
    path,
    freeze: () => {
      execFileSync("fsfreeze", ["-f", path]);
      spawn("sh", ["-c", `sleep ${THAWS_AFTER_S}; fsfreeze -u ${path}`], { detached: true, stdio: "ignore" }).unref();
    },
    thaw: () => void execFileSync("fsfreeze", ["-u", path]),
  };
};
