import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pause } from "../clock.ts";
import type { Lane } from "./agenda.ts";
import type { Machine } from "./machine.ts";
import { edit, fault, nothing, type Stage, type Trouble } from "./trouble.ts";

/** At either uplink. */
const LINE_TROUBLES: readonly Trouble[] = [
  fault("blackhole", "uplink"),
  fault("dead-gateway", "uplink"),
  fault("carrier-loss", "uplink"),
  fault("loss-outbound", "uplink"),
  fault("loss-inbound", "uplink"),
  fault("target-dead", "nothing"),
];

/** At an uplink that somebody else sets up. */
const EXTERNAL_TROUBLES: readonly Trouble[] = [
  fault("interface-removed", "uplink"),
  fault("address-withdrawn", "uplink"),
  fault("route-withdrawn", "uplink"),
];

/** At an uplink that the product sets up by what the ISP lends; what somebody takes away there it may put back at once. */
const LEASE_TROUBLES: readonly Trouble[] = [
  {
    ...fault("interface-removed", "uplink"),
    end: async ({ lab, lender }, { uplink }) => {
      await lab.mend("interface-removed", uplink);
      await lender.speak();
    },
  },
  fault("address-withdrawn", "doubtful"),
  fault("route-withdrawn", "doubtful"),
  {
    name: "other addresses are lent, by another gateway",
    excuses: "doubtful",
    begin: ({ lender }) => lender.change(),
    end: nothing,
  },
  {
    name: "nothing is lent, until the leases lapse",
    excuses: "doubtful",
    begin: async ({ lender }) => {
      await lender.silence();
      await lender.lapsed();
    },
    end: ({ lender }) => lender.speak(),
  },
];

/** So many changes at once are more than a netlink socket holds. */
const OVERRUN =
  "seq 1 6000 | sed 's|.*|route replace 100.99.0.0/16 dev lo table 99 metric &|' | ip -batch - ; ip route flush table 99";

/** How long the daemon sleeps (ms). */
const SLEEP_MS = 3000;

/** In the router's network, and at the daemon. */
const ROUTER_TROUBLES: readonly Trouble[] = [
  { name: "daemon killed", excuses: "moment", begin: ({ crash }) => crash(), end: nothing },
  {
    name: "daemon asleep",
    excuses: "moment",
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
];

/** How far the clock is set (s): corrected, an hour wrong, a time server's nonsense, no battery. */
const CLOCK_STEPS = [300, -300, 3600, -7200, 315_360_000, -220_752_000, 0] as const;

/** At its disk and its clock, which nobody in the LAN may feel. */
const MACHINE_TROUBLES: readonly Trouble[] = [
  {
    name: "disk full",
    excuses: "nothing",
    begin: async (stage) => {
      stage.machine.disk.fill();
      provokeWriting(stage);
    },
    end: async ({ machine }) => machine.disk.empty(),
  },
  {
    name: "disk frozen",
    excuses: "nothing",
    begin: async (stage) => {
      stage.machine.disk.freeze();
      provokeWriting(stage);
    },
    end: async ({ machine }) => machine.disk.thaw(),
  },
  {
    name: "state folder gone",
    excuses: "nothing",
    begin: async ({ machine }) => replaceFolder(machine),
    end: async ({ machine }) => returnFolder(machine),
  },
  {
    name: "clock set",
    excuses: "lease",
    begin: async ({ machine }, { dice }) => machine.setClock(CLOCK_STEPS[Math.floor(dice * CLOCK_STEPS.length)] ?? 0),
    end: nothing,
  },
];

/** Whoever asks for the history has what is new written first. Nobody may wait for it but the one who asked. */
const provokeWriting = ({ daemon }: Stage): void => void daemon().call("/api/v1/history").catch(nothing);

const awayOf = ({ disk }: Machine): string => join(disk.path, "away");

/** In the folder's place a file: whatever is written fails, even for root. */
const replaceFolder = (machine: Machine): void => {
  renameSync(machine.folder, awayOf(machine));
  writeFileSync(machine.folder, "");
};

const returnFolder = (machine: Machine): void => {
  rmSync(machine.folder, { recursive: true });
  renameSync(awayOf(machine), machine.folder);
};

/** All troubles, one at a time in each lane. */
export const TROUBLES: Readonly<Record<Lane, readonly Trouble[]>> = {
  wan0: [...LINE_TROUBLES, ...EXTERNAL_TROUBLES],
  wan1: [...LINE_TROUBLES, ...LEASE_TROUBLES],
  router: ROUTER_TROUBLES,
  machine: MACHINE_TROUBLES,
};
