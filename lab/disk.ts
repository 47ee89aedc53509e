import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** A disk of its own that can be filled, and made to hang. */
export interface Disk {
  /** Where it is mounted. */
  readonly path: string;
  /** Takes all the room that is left. */
  fill(): void;
  /** Gives it back. */
  empty(): void;
  /** Whoever writes from now on waits; whatever becomes of this process, for some seconds only. */
  freeze(): void;
  thaw(): void;
  /** Takes it away from under whoever uses it. */
  remove(): void;
}

/** A disk that stays frozen would never let go of those who wait for it. */
const THAWS_AFTER_S = 30;

/** Mounts an empty ext4 of so many MiB at a new folder, with its image beside it. Needs root. */
export const mountDisk = (path: string, mebibytes: number): Disk => {
  const image = `${path}.image`;
  const filler = join(path, "filler");
  mkdirSync(path);
  execFileSync("truncate", ["-s", `${mebibytes}M`, image]);
  execFileSync("mkfs.ext4", ["-q", image]);
  execFileSync("mount", ["-o", "loop", image, path]);
  let guard: ChildProcess | undefined;
  return {
    path,
    fill: () => execFileSync("sh", ["-c", 'cat /dev/zero 2>/dev/null > "$1" || :', "fill", filler]),
    empty: () => rmSync(filler, { force: true }),
    freeze: () => {
      execFileSync("fsfreeze", ["-f", path]);
      guard = spawn("sh", ["-c", `sleep ${THAWS_AFTER_S}; exec fsfreeze -u "$1"`, "thaw", path], {
        detached: true,
        stdio: "ignore",
      });
      guard.unref();
    },
    thaw: () => {
      if (guard?.pid !== undefined) process.kill(-guard.pid);
      execFileSync("fsfreeze", ["-u", path]);
    },
    remove: () => {
      execFileSync("umount", ["-l", path]);
      rmSync(image);
    },
  };
};
