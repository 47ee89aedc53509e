import { pause } from "../../lab/clock.ts";
import type { Lab } from "../../lab/lab.ts";
import { ECHO } from "../../lab/plan.ts";
import { FAMILIES, type Family } from "../../src/core/family.ts";
import { type House, movesIn, UPLINKS } from "./house.ts";

/** Two uplinks with the same detection, everything else at its default. */
export const detectedBy = (detection: string): object => ({
  uplinks: UPLINKS.map((uplink) => ({ ...uplink, detection })),
});

/** No user's packet crosses the lab. */
export const NO_TRAFFIC = { new: [], long: [] } as const;

const GIVE_UP_MS = 30_000;
const LOOK_AGAIN_MS = 5;

/** In its first second a detector asks more often than later. */
const SETTLED_MS = 1_500;

/** Where a new flow would go. */
const ways = (lab: Lab): Promise<string> =>
  lab.run("router", `ip -oneline route get ${ECHO.ipv4}; ip -oneline route get ${ECHO.ipv6}`);

/** Waits until the kernel would lead new flows of both families over the second uplink. Rejects when that takes too long. */
const whenLedAway = async (house: House): Promise<number> => {
  const deadline = house.meter.now() + GIVE_UP_MS;
  while ((await ways(house.lab)).includes("dev wan0")) {
    if (house.meter.now() > deadline) throw new Error(`Nothing moved: ${house.daemon().log()}`);
    await pause(LOOK_AGAIN_MS);
  }
  return house.meter.now();
};

const whenMeasured = async ({ meter }: House, after: number): Promise<number> => {
  const each = await Promise.all(
    FAMILIES.map((family) => meter.recovered({ flow: "new", family, after, via: "wan1" })),
  );
  return Math.max(...each.map(({ at }) => at));
};

/**
 * From a blackhole of the preferred uplink until new flows of both families work, in milliseconds: as measured, or, where no
 * user is there to measure, as the kernel's routes say. All is well and as new afterwards.
 */
export const timeBlackhole = async (house: House, users: "busy" | "idle"): Promise<number> => {
  await pause(SETTLED_MS + Math.random() * 1000);
  const after = await house.lab.break("blackhole", "wan0");
  const at = await (users === "busy" ? whenMeasured(house, after) : whenLedAway(house));
  await house.lab.heal();
  await house.restart({ fresh: true });
  return at - after;
};

/** What moved meanwhile: the log's lines. */
export const movesDuring = async (house: House, happening: () => Promise<unknown>): Promise<readonly string[]> => {
  const { length } = house.daemon().log();
  await happening();
  return movesIn(house.daemon().log().slice(length));
};

/** Programs that take all that the machine has, until told to stop. */
export const hog = (lab: Lab, count: number): (() => void) => {
  const children = Array.from({ length: count }, () => lab.spawn("client", ["sh", "-c", "while :; do :; done"]));
  return () => {
    for (const child of children) child.kill("SIGKILL");
  };
};

const SINK = 9;
const SOURCE = 19;
const BULK_FLOWS = 4;
/** A cable line, with a queue of 1000 frames in front of it: 1.2 s when it is full. */
const RATE_KBIT = 10_000;

/** The users of a lab with wires fill the preferred uplink, up and down, until told to stop. */
export const saturate = async (lab: Lab): Promise<() => Promise<void>> => {
  await lab.setWire("wan0", { rateKbit: RATE_KBIT });
  const servers = [
    lab.spawn("internet", ["socat", "-u", `TCP4-LISTEN:${SINK},fork,reuseaddr`, "OPEN:/dev/null"]),
    lab.spawn("internet", ["socat", "-u", "OPEN:/dev/zero", `TCP4-LISTEN:${SOURCE},fork,reuseaddr`]),
  ];
  await pause(200);
  const flows = Array.from({ length: BULK_FLOWS }, () => [
    lab.spawn("client", ["socat", "-u", "OPEN:/dev/zero", `TCP4:${ECHO.ipv4}:${SINK}`]),
    lab.spawn("client", ["socat", "-u", `TCP4:${ECHO.ipv4}:${SOURCE}`, "OPEN:/dev/null"]),
  ]).flat();
  return async () => {
    for (const child of [...flows, ...servers]) child.kill("SIGKILL");
    await lab.setWire("wan0", { rateKbit: 0 });
  };
};

const COUNTERS = `nft -f - <<'END'
table inet count {
  counter ipv4 { }
  counter ipv6 { }
  chain entering {
    type filter hook prerouting priority 0;
    icmp type echo-request counter name "ipv4"
    icmpv6 type echo-request counter name "ipv6"
  }
  chain leaving {
    type filter hook postrouting priority 0;
    oifname "line0" icmp type echo-reply counter name "ipv4"
    oifname "line0" icmpv6 type echo-reply counter name "ipv6"
  }
}
END`;

/** Packets and octets, IP headers included. */
export interface Counted {
  readonly packets: number;
  readonly bytes: number;
}

/** Counts the probes on an uplink's line and their answers from now on; asks how many there were. */
export const countProbes = async (lab: Lab, isp: string): Promise<() => Promise<Readonly<Record<Family, Counted>>>> => {
  await lab.run(isp, COUNTERS);
  return async () => {
    const listed = JSON.parse(await lab.run(isp, "nft -j list counters table inet count")) as {
      readonly nftables: readonly { readonly counter?: Counted & { readonly name: Family } }[];
    };
    const counters = listed.nftables.flatMap(({ counter }) => counter ?? []);
    const named = (family: Family): Counted => counters.find(({ name }) => name === family) ?? { packets: 0, bytes: 0 };
    return { ipv4: named("ipv4"), ipv6: named("ipv6") };
  };
};
