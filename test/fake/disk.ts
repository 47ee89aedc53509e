import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Disk, mountDisk } from "../../lab/disk.ts";

/** An empty disk of 8 MiB, gone after the test. */
export const openDisk = (): Disk => {
  const place = mkdtempSync(join(tmpdir(), "wan-failover-disk-"));
  const disk = mountDisk(join(place, "disk"), 8);
  onTestFinished(() => {
    disk.remove();
    rmSync(place, { recursive: true, force: true });
  });
  return disk;
};
