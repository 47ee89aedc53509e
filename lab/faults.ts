import {
  configure,
  cutCarrier,
  endFlapping,
  killTargets,
  line,
  lines,
  mostTargets,
  oneTarget,
  removeInterface,
  renameBack,
  renameInterface,
  restoreCarrier,
  startFlapping,
  stopFlapping,
  withdrawAddress,
  withdrawRoute,
} from "./acts.ts";
import type { Fault } from "./fault.ts";
import type { Hands } from "./hands.ts";
import { SOUND } from "./line.ts";
import { PLAIN_WIRE } from "./wire.ts";

const holeOn = line({ blackhole: true });
const holeOff = line({ blackhole: false });

/** Every fault that the lab can inject, by name. Mending one leaves the others as they are. */
export const FAULTS = {
  blackhole: {
    key: "b",
    does: "The ISP passes nothing on, in either direction; its gateway still answers.",
    concerns: "uplink",
    needs: null,
    break: holeOn,
    mend: holeOff,
  },
  "dead-gateway": {
    key: "g",
    does: "The ISP's router is dead: no answer to anything, ARP and neighbour discovery included; the carrier stays.",
    concerns: "uplink",
    needs: null,
    break: line({ dead: true }),
    mend: line({ dead: false }),
  },
  "carrier-loss": {
    key: "c",
    does: "The cable is pulled: the router's interface loses its carrier.",
    concerns: "uplink",
    needs: null,
    break: cutCarrier,
    mend: restoreCarrier,
  },
  "loss-outbound": {
    key: "o",
    does: "The ISP loses everything that goes out; what comes in arrives.",
    concerns: "uplink",
    needs: null,
    break: line({ blockedOutbound: true }),
    mend: line({ blockedOutbound: false }),
  },
  "loss-inbound": {
    key: "i",
    does: "The ISP loses everything that comes in; what goes out arrives.",
    concerns: "uplink",
    needs: null,
    break: line({ blockedInbound: true }),
    mend: line({ blockedInbound: false }),
  },
  loss: {
    key: "l",
    does: "The line loses a part of all packets in each direction (20 % when not said).",
    concerns: "uplink",
    needs: null,
    break: (hands, { uplink, loss }) => hands.setLine(uplink, { loss }),
    mend: line({ loss: 0 }),
  },
  delay: {
    key: "d",
    does: "The line delays all packets in each direction (200 ms when not said), with jitter if wanted.",
    concerns: "uplink",
    needs: "wire",
    break: (hands, { uplink, delayMs, jitterMs }) => hands.setWire(uplink, { delayMs, jitterMs }),
    mend: (hands, { uplink }) => hands.setWire(uplink, { delayMs: 0, jitterMs: 0 }),
  },
  "target-dead": {
    key: "p",
    does: "One target of each family is dead, whichever uplink leads there; the internet works.",
    concerns: "lab",
    needs: null,
    break: killTargets(oneTarget),
    mend: killTargets(() => []),
  },
  "most-targets-dead": {
    key: "m",
    does: "All targets but one of each family are dead; the internet works.",
    concerns: "lab",
    needs: null,
    break: killTargets(mostTargets),
    mend: killTargets(() => []),
  },
  "all-targets-dead": {
    key: "P",
    does: "All targets are dead, through every uplink; the internet works.",
    concerns: "lab",
    needs: null,
    break: killTargets((plan) => plan.targets),
    mend: killTargets(() => []),
  },
  "address-withdrawn": {
    key: "a",
    does: "The router's addresses on the uplink are taken away, and with them the kernel's routes that need them.",
    concerns: "uplink",
    needs: null,
    break: withdrawAddress,
    mend: configure,
  },
  "route-withdrawn": {
    key: "r",
    does: "The foreign default routes of the uplink are deleted; the address stays.",
    concerns: "uplink",
    needs: null,
    break: withdrawRoute,
    mend: configure,
  },
  "interface-removed": {
    key: "x",
    does: "The interface vanishes, like an unplugged modem; mending makes a new one with the same name and another index.",
    concerns: "uplink",
    needs: null,
    break: removeInterface,
    mend: (hands, { uplink }) => hands.restoreUplink(uplink),
  },
  "interface-renamed": {
    key: "n",
    does: "The interface gets another name (wan0 becomes lte0), then its own again.",
    concerns: "uplink",
    needs: null,
    break: renameInterface,
    mend: renameBack,
  },
  "ra-expiry": {
    key: "e",
    does: "The ISP falls silent with its router advertisements: the IPv6 default expires within 24 s (the kernel may list it, unused, for 30 s more).",
    concerns: "uplink",
    needs: "advertised",
    break: line({ silent: true }),
    mend: line({ silent: false }),
  },
  "secondary-dead": {
    key: "s",
    does: "The second uplink's ISP passes nothing on; the first works.",
    concerns: "lab",
    needs: null,
    break: lines({ blackhole: true }, (uplinks) => uplinks.slice(1, 2)),
    mend: lines({ blackhole: false }, (uplinks) => uplinks.slice(1, 2)),
  },
  "all-dead": {
    key: "A",
    does: "No ISP passes anything on. Mending `blackhole` on one uplink lets that one return first.",
    concerns: "lab",
    needs: null,
    break: lines({ blackhole: true }, (uplinks) => uplinks),
    mend: lines({ blackhole: false }, (uplinks) => uplinks),
  },
  flapping: {
    key: "F",
    does: "A blackhole comes and goes every 3 s (20 times when not said).",
    concerns: "uplink",
    needs: null,
    break: startFlapping("blackhole", holeOn, holeOff),
    mend: stopFlapping("blackhole", holeOff),
  },
  "carrier-flapping": {
    key: "C",
    does: "The carrier comes and goes every 3 s (20 times when not said).",
    concerns: "uplink",
    needs: null,
    break: startFlapping("carrier", cutCarrier, restoreCarrier),
    mend: stopFlapping("carrier", restoreCarrier),
  },
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof FAULTS;

/** All names, in the table's order. */
export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];

/** Ends all flapping, without mending. */
export const stopBackground = async (hands: Hands): Promise<void> => {
  await Promise.all([...hands.background.keys()].map((name) => endFlapping(hands, name)));
};

/** Ends everything that goes on, and brings the whole lab back to what it was when it was built. */
export const healAll = async (hands: Hands): Promise<void> => {
  const { plan } = hands;
  await stopBackground(hands);
  await hands.setDeadTargets([]);
  await Promise.all(
    plan.uplinks.map(async (uplink) => {
      await hands.setLine(uplink, SOUND);
      if (plan.options.wire) await hands.setWire(uplink, PLAIN_WIRE);
      await hands.restoreUplink(uplink);
    }),
  );
};
