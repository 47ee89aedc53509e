import { pause } from "../clock.ts";
import type { Daemon } from "../daemon.ts";
import type { FaultName } from "../faults.ts";
import type { Lab } from "../lab.ts";

/** What trouble has to work with. */
export interface Stage {
  readonly lab: Lab;
  readonly daemon: () => Daemon;
  /** Ends the daemon as a crash does, and starts another. */
  readonly crash: () => Promise<void>;
}

/** One kind of trouble. */
export interface Trouble {
  readonly name: string;
  /** Whether an uplink is unusable meanwhile; else everything should go on, but for the moment. */
  readonly kills: "uplink" | "nothing";
  readonly begin: (stage: Stage, uplink: string) => Promise<void>;
  readonly end: (stage: Stage, uplink: string) => Promise<void>;
}

const nothing = async (): Promise<void> => {};

const fault = (name: FaultName, kills: Trouble["kills"] = "uplink"): Trouble => ({
  name,
  kills,
  begin: async ({ lab }, uplink) => void (await lab.break(name, uplink)),
  end: async ({ lab }, uplink) => void (await lab.mend(name, uplink)),
});

/** Somebody else's hand in the router; it never fails, for what it removes may be gone already. */
const edit = (name: string, script: (uplink: string) => string): Trouble => ({
  name,
  kills: "nothing",
  begin: async ({ lab }, uplink) => void (await lab.run("router", `{ ${script(uplink)}; } 2>/dev/null || :`)),
  end: nothing,
});

/** So many changes at once are more than a netlink socket holds. */
const OVERRUN =
  "seq 1 6000 | sed 's|.*|route replace 100.99.0.0/16 dev lo table 99 metric &|' | ip -batch - ; ip route flush table 99";

/** How long the daemon sleeps (ms). */
const SLEEP_MS = 3000;

/** At one uplink, one at a time. */
export const LINE_TROUBLES: readonly Trouble[] = [
  fault("blackhole"),
  fault("dead-gateway"),
  fault("carrier-loss"),
  fault("loss-outbound"),
  fault("loss-inbound"),
  fault("interface-removed"),
  fault("address-withdrawn"),
  fault("route-withdrawn"),
  fault("target-dead", "nothing"),
];

/** At the router, one at a time, beside those of the lines. */
export const ROUTER_TROUBLES: readonly Trouble[] = [
  { name: "daemon killed", kills: "nothing", begin: ({ crash }) => crash(), end: nothing },
  {
    name: "daemon asleep",
    kills: "nothing",
    begin: async ({ daemon }) => {
      const sleeper = daemon();
      sleeper.signal("SIGSTOP");
      await pause(SLEEP_MS);
      sleeper.signal("SIGCONT");
    },
    end: nothing,
  },
  edit("our default deleted", () => "ip route del default proto 87 metric 1"),
  edit("our IPv6 default deleted", () => "ip -6 route del default proto 87 metric 1"),
  edit("our rules flushed", () => "ip rule flush protocol 87; ip -6 rule flush protocol 87"),
  edit("our nft table deleted", () => "nft delete table inet wan_failover"),
  edit("a foreign default that outranks ours", (uplink) => `ip route add default dev ${uplink} metric 0`),
  edit("our table flushed", () => "ip route flush table 8701; ip -6 route flush table 8702"),
  edit("netlink overrun", () => OVERRUN),
  {
    name: "state folder gone",
    kills: "nothing",
    begin: async ({ lab }) => void (await lab.run("router", moved(lab, "state", "away"))),
    end: async ({ lab }) => void (await lab.run("router", moved(lab, "away", "state"))),
  },
];

/** In the folder's place a file: whatever is written fails, even for root. */
const moved = ({ plan }: Lab, from: string, to: string): string =>
  `cd ${plan.directory}; rm -f ${to}; mv ${from} ${to}${to === "away" ? `; touch ${from}` : ""}`;
