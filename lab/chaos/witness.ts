import { createInterface } from "node:readline";
import type { Family } from "../../src/core/family.ts";
import type { Lab } from "../lab.ts";
import { LAN } from "../plan.ts";
import type { Sighting } from "./judge.ts";

/** The time (as in `now()`, but in seconds), and then every flow that the LAN's client has begun, each second. */
const SCRIPT = `
while :; do
  echo "at $(cut -d' ' -f1 /proc/uptime)"
  conntrack -L -f ipv4 -s ${LAN.ipv4.client} 2>/dev/null
  conntrack -L -f ipv6 -s ${LAN.ipv6.client} 2>/dev/null
  sleep 1
done`;

/** The lower bits of a mark's highest octet number the uplinks from 1 (docs/architecture.md). */
const uplinkIn = (line: string): number => (Number(/ mark=(\d+)/.exec(line)?.[1] ?? 0) >>> 24) & 0x1f;

/** Watches by which uplink the router sends the flows of the LAN; ends with the lab. */
export const openWitness = (lab: Lab): { sightings: () => readonly Sighting[] } => {
  const child = lab.spawn("router", ["sh", "-c", SCRIPT]);
  child.stderr.resume();
  const seen = new Map<string, Sighting>();
  let at = 0;
  createInterface({ input: child.stdout }).on("line", (line) => {
    const [, seconds] = /^at (\S+)$/.exec(line) ?? [];
    if (seconds !== undefined) at = Number(seconds) * 1000;
    const uplink = lab.plan.uplinks[uplinkIn(line) - 1]?.name;
    if (uplink === undefined) return;
    const family: Family = line.includes(`src=${LAN.ipv4.client} `) ? "ipv4" : "ipv6";
    const key = `${at} ${family} ${uplink}`;
    seen.set(key, { at, family, uplink, flows: (seen.get(key)?.flows ?? 0) + 1 });
  });
  return { sightings: () => [...seen.values()] };
};
