import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { COMMAND } from "../daemon.ts";
import { type Disk, mountDisk } from "../disk.ts";
import type { Lab } from "../lab.ts";

/** What the daemon has of a machine of its own: a disk, and a wall clock. All that is monotonic is the real machine's. */
export interface Machine {
  /** The daemon's command, on this machine. */
  readonly command: string;
  readonly disk: Disk;
  /** Where the daemon keeps its journal and its history, on the disk. */
  readonly folder: string;
  /** Sets the wall clock so far (s) from the real one. */
  setClock(seconds: number): void;
}

/** What the daemon starts that looks at the clock too. */
const CLIENTS = ["udhcpc", "dhclient"] as const;

/** Room for the journal's two segments of 4 MiB, and a history. */
const DISK_MIB = 24;

/** libfaketime stands before libc, and reads the clock from a file. */
const underClock = (clock: string): string => `
export FAKETIME_TIMESTAMP_FILE='${clock}' LD_PRELOAD='/usr/$LIB/faketime/libfaketimeMT.so.1'
export FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1`;

interface Places {
  readonly folder: string;
  readonly clock: string;
  readonly programs: string;
}

/** The clock's shared memory would outlive a crash, so that it is in a place that nobody else sees. */
const daemonScript = ({ folder, clock, programs }: Places): string => `#!/bin/sh
set -e
ls /usr/lib/*/faketime/libfaketimeMT.so.1 > /dev/null
mount -t tmpfs none /dev/shm
export PATH="${programs}:$PATH" STATE_DIRECTORY='${folder}'${underClock(clock)}
exec '${COMMAND}' "$@"
`;

/** The daemon starts it with nothing of its own environment but where programs are. */
const clientScript = (name: string, { clock }: Places): string => `#!/bin/sh${underClock(clock)}
exec /usr/sbin/${name} "$@"
`;

/** A machine with an empty disk and a clock that is right; it goes with the lab. */
export const openMachine = ({ plan }: Lab): Machine => {
  const programs = join(plan.directory, "programs");
  const [command, clock] = [join(programs, "wan-failover"), join(plan.directory, "clock")] as const;
  const disk = mountDisk(join(plan.directory, "disk"), DISK_MIB);
  const folder = join(disk.path, "state");
  for (const each of [folder, programs]) mkdirSync(each);
  const setClock = (seconds: number): void => {
    writeFileSync(`${clock}.new`, `${seconds < 0 ? "" : "+"}${seconds}\n`);
    renameSync(`${clock}.new`, clock);
  };
  setClock(0);
  const places = { folder, clock, programs };
  writeFileSync(command, daemonScript(places), { mode: 0o700 });
  for (const name of CLIENTS) writeFileSync(join(programs, name), clientScript(name, places), { mode: 0o700 });
  return { command, disk, folder, setClock };
};
