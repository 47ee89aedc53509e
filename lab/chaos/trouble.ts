import type { Daemon } from "../daemon.ts";
import type { FaultName } from "../faults.ts";
import type { Lab } from "../lab.ts";
import type { Lender } from "./lender.ts";
import type { Machine } from "./machine.ts";

/** What trouble has to work with. */
export interface Stage {
  readonly lab: Lab;
  readonly daemon: () => Daemon;
  /** Ends the daemon as a crash does, and starts another. */
  readonly crash: () => Promise<void>;
  readonly machine: Machine;
  readonly lender: Lender;
}

/** Where it happens, and a number 0 ≤ n < 1 for what it leaves open. */
export interface Scene {
  readonly uplink: string;
  readonly dice: number;
}

/** One kind of trouble. */
export interface Trouble {
  readonly name: string;
  /**
   * uplink: it can't be used meanwhile. doubtful: perhaps it can't. lease: perhaps the leased uplink can't. moment: whatever
   * doesn't work while the trouble begins. nothing: everything goes on.
   */
  readonly excuses: "uplink" | "doubtful" | "lease" | "moment" | "nothing";
  readonly begin: (stage: Stage, scene: Scene) => Promise<void>;
  readonly end: (stage: Stage, scene: Scene) => Promise<void>;
}

/** It is over as soon as it has begun. */
export const nothing = async (): Promise<void> => {};

/** One of the lab's faults. */
export const fault = (name: FaultName, excuses: Trouble["excuses"]): Trouble => ({
  name,
  excuses,
  begin: async ({ lab }, { uplink }) => void (await lab.break(name, uplink)),
  end: async ({ lab }, { uplink }) => void (await lab.mend(name, uplink)),
});

/** Somebody else's hand in the router; it never fails, for what it removes may be gone already. */
export const edit = (name: string, script: (uplink: string) => string): Trouble => ({
  name,
  excuses: "moment",
  begin: async ({ lab }, { uplink }) => void (await lab.run("router", `{ ${script(uplink)}; } 2>/dev/null || :`)),
  end: nothing,
});
