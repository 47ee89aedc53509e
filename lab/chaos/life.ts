import { now } from "../clock.ts";
import type { Daemon } from "../daemon.ts";
import type { Lab } from "../lab.ts";
import type { Said } from "./judge.ts";

/** The daemon through its crashes, and all that it said. */
export interface Life {
  readonly current: () => Daemon;
  readonly crashes: () => number;
  readonly crash: () => Promise<void>;
  readonly said: () => readonly Said[];
  /** Ends it for good; what of ours is in the kernel still after `reset`. */
  readonly remove: () => Promise<string>;
}

/** Starts the daemon. */
export const openLife = async (lab: Lab, options: { command: string; config: object }): Promise<Life> => {
  const said: Said[] = [];
  let rest = "";
  const listen = (text: string): void => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    said.push(...lines.map((line) => ({ at: now(), line })));
  };
  const start = (): Promise<Daemon> => lab.startDaemon({ ...options, listen, timeoutMs: 60_000 });
  let daemon = await start();
  let crashes = 0;
  return {
    current: () => daemon,
    crashes: () => crashes,
    crash: async () => {
      await daemon.kill9();
      crashes += 1;
      daemon = await start();
    },
    said: () => said,
    remove: async () => {
      await daemon.stop();
      await daemon.cli("reset");
      return lab.run("router", OURS);
    },
  };
};

/** Prints whatever in the router's kernel bears our mark; finding nothing is no failure. */
const OURS = [
  "ip route show table all proto 87; ip -6 route show table all proto 87",
  "{ ip -d rule show; ip -6 -d rule show; } | grep 'proto 87'",
  "nft list tables | grep wan_failover",
]
  .map((command) => `{ ${command}; } || :`)
  .join("; ");
