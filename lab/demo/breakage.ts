import { FAULT_NAMES, FAULTS, type FaultName } from "../faults.ts";

/** What is broken, and where: an uplink's interface, or null for what concerns the whole lab. */
export interface Breakage {
  readonly fault: FaultName;
  readonly uplink: string | null;
}

/** What a key does: first what is mended, then what is broken. */
export interface Change {
  readonly mend: readonly Breakage[];
  readonly break: readonly Breakage[];
}

/** In the demo's lab nobody advertises, and the second uplink can be chosen. */
const LEFT_OUT: readonly FaultName[] = ["ra-expiry", "secondary-dead"];

/** The faults on offer, in the table's order. */
export const OFFERED: readonly FaultName[] = FAULT_NAMES.filter((name) => !LEFT_OUT.includes(name));

/** What a key is called, and what is wrong then, in as few words as possible. */
interface Words {
  readonly key: string;
  readonly state: string;
}

const words = (key: string, state = key): Words => ({ key, state });

export const WORDS: Readonly<Record<FaultName, Words>> = {
  blackhole: words("blackhole"),
  "dead-gateway": words("gateway", "gateway dead"),
  "carrier-loss": words("cable", "cable pulled"),
  "loss-outbound": words("outbound", "outbound lost"),
  "loss-inbound": words("inbound", "inbound lost"),
  loss: words("loss", "20 % loss"),
  delay: words("delay", "400 ms slower"),
  "target-dead": words("one target", "one target dead"),
  "most-targets-dead": words("most targets", "most targets dead"),
  "all-targets-dead": words("all targets dead"),
  "address-withdrawn": words("address", "address gone"),
  "route-withdrawn": words("route", "route gone"),
  "interface-removed": words("unplug", "modem unplugged"),
  "interface-renamed": words("rename", "renamed"),
  "ra-expiry": words("RA", "RA silent"),
  "secondary-dead": words("standby", "standby dead"),
  "all-dead": words("all ISPs dead"),
  flapping: words("flapping"),
  "carrier-flapping": words("cable flapping"),
};

/** What a fault does, in a sentence; how strong it is in the demo, its state says. */
export const explanationOf = (fault: FaultName): string => FAULTS[fault].does.replace(/ \([^)]*when not said\)/, "");

/** Where the trouble is: between the router and the ISP, or beyond its gateway. */
export const isBeyondGateway = (fault: FaultName): boolean =>
  ["blackhole", "loss-outbound", "loss-inbound", "flapping"].includes(fault);

/** Of these only one can be at a time: mending one would mend the others too. */
const EXCLUSIVE: readonly (readonly FaultName[])[] = [
  ["blackhole", "flapping"],
  [
    "carrier-loss",
    "carrier-flapping",
    "address-withdrawn",
    "route-withdrawn",
    "interface-removed",
    "interface-renamed",
  ],
  ["target-dead", "most-targets-dead", "all-targets-dead"],
];

const same = (one: Breakage, other: Breakage): boolean => one.fault === other.fault && one.uplink === other.uplink;

const exclude = (one: Breakage, other: Breakage): boolean =>
  one.uplink === other.uplink &&
  one.fault !== other.fault &&
  EXCLUSIVE.some((group) => group.includes(one.fault) && group.includes(other.fault));

/** The fault of a key, null where it has none. */
export const faultOf = (key: string): FaultName | null => OFFERED.find((name) => FAULTS[name].key === key) ?? null;

/** What a fault means: all ISPs dead is a blackhole on each uplink, so that each can be mended by itself. */
const meant = (fault: FaultName, where: { uplink: string; uplinks: readonly string[] }): readonly Breakage[] => {
  if (fault === "all-dead") return where.uplinks.map((uplink) => ({ fault: "blackhole", uplink }));
  return [{ fault, uplink: FAULTS[fault].concerns === "uplink" ? where.uplink : null }];
};

/** What is to be done when a fault's key is pressed: it is mended where it is broken, and broken where it isn't. */
export const toggle = (
  broken: readonly Breakage[],
  fault: FaultName,
  where: { uplink: string; uplinks: readonly string[] },
): Change => {
  const wanted = meant(fault, where);
  const missing = wanted.filter((one) => !broken.some((other) => same(one, other)));
  if (missing.length === 0) return { mend: wanted, break: [] };
  return { mend: broken.filter((one) => missing.some((other) => exclude(one, other))), break: missing };
};

/** What is broken after a change. */
export const changed = (broken: readonly Breakage[], { mend, break: fresh }: Change): readonly Breakage[] => [
  ...broken.filter((one) => !mend.some((other) => same(one, other))),
  ...fresh,
];
