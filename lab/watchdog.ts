import { spawn } from "node:child_process";
import { once } from "node:events";
import { hold } from "./hold.ts";

/** Removes a lab, however this process ends. */
export interface Watchdog {
  /** Removes it now; resolves when all is gone. */
  release(): Promise<void>;
}

/**
 * Waits for its standard input to end, which happens however its parent dies, then kills what runs in the namespaces given
 * and removes them and the directory with the disks mounted in it; what waits for a frozen one can't be killed. A parent that died while building may have left a child that still adds some: hence
 * the second round.
 */
const SCRIPT = `
trap '' INT TERM HUP
directory=$1; shift
each_disk() {
  for place in "$directory"/*; do
    ! mountpoint -q "$place" || "$@" "$place"
  done
}
clean() {
  each_disk fsfreeze -u
  for round in 1 2 3 4 5; do
    found=$(for name in "$@"; do ip netns pids "$name"; done)
    [ -n "$found" ] || break
    kill -9 $found
  done
  for name in "$@"; do [ ! -e "/run/netns/$name" ] || ip netns del "$name"; done
  each_disk umount -l
  rm -rf "$directory"
}
read -r word
clean "$@"
[ "$word" = done ] || { sleep 0.5; clean "$@"; }
`;

/** Starts the watchdog: before anything that it shall remove is made. */
export const startWatchdog = (lab: { directory: string; namespaces: readonly string[] }): Watchdog => {
  const child = spawn("sh", ["-c", SCRIPT, "lab-watchdog", lab.directory, ...lab.namespaces], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  child.unref();
  hold(child.stdin, false);
  child.stdin.on("error", () => {});
  return {
    release: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.ref();
      const gone = once(child, "exit");
      child.stdin.end("done\n");
      await gone;
    },
  };
};
