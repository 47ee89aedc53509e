import { describe, expect, test } from "vitest";
import { pause } from "../../lab/clock.ts";
import type { Lab } from "../../lab/lab.ts";
import { FAMILIES } from "../../src/core/family.ts";
import { CLOSELY, type House, isOn, isWell, losses, openHouse, placesOf, UPLINKS } from "./house.ts";

/** Everything of the router's kernel that the product may touch, by what prints it. */
const PRINTED = {
  "IPv4 routes": "ip -4 -d route show table all | sort",
  "IPv6 routes": "ip -6 -d route show table all | sort",
  "IPv4 rules": "ip -4 -d rule",
  "IPv6 rules": "ip -6 -d rule",
  nftables: "nft --stateless list ruleset",
  sysctls: `grep -rs . ${["ipv4/conf", "ipv6/conf", "ipv4/fib_multipath_hash_policy", "ipv6/fib_multipath_hash_policy"]
    .map((name) => `/proc/sys/net/${name}`)
    .join(" ")} | sort`,
} as const;

type Snapshot = Readonly<Record<keyof typeof PRINTED, readonly string[]>>;

const snapshotOf = async (lab: Lab): Promise<Snapshot> => {
  const lines = async (what: keyof Snapshot): Promise<readonly string[]> =>
    (await lab.run("router", PRINTED[what])).split("\n");
  return {
    "IPv4 routes": await lines("IPv4 routes"),
    "IPv6 routes": await lines("IPv6 routes"),
    "IPv4 rules": await lines("IPv4 rules"),
    "IPv6 rules": await lines("IPv6 rules"),
    nftables: await lines("nftables"),
    sysctls: await lines("sysctls"),
  };
};

/** The marks of the flows that the router knows, without repetition. */
const marksOf = async (lab: Lab): Promise<readonly number[]> => {
  const list = await lab.run("router", "{ conntrack -L -f ipv4; conntrack -L -f ipv6; } 2>/dev/null");
  return [...new Set([...list.matchAll(/ mark=(\d+)/g)].map(([, mark]) => Number(mark)))].sort((a, b) => a - b);
};

/** An admin's mark on every flow that is forwarded; it has none of our bits. */
const ADMINS_MARK = 0x40000005;

const MARKING = [
  "add table inet admins",
  "add chain inet admins passing { type filter hook forward priority 0; }",
  `add rule inet admins passing ct mark set ct mark or ${ADMINS_MARK}`,
];

const OUR_BITS = 0x3f000000;

/** What each way to be found before the first start looks like. */
const MACHINES: readonly { readonly name: string; readonly prepared: string; readonly reversePathFilter: 0 | 1 }[] = [
  { name: "with defaults of some metric", prepared: ":", reversePathFilter: 0 },
  {
    name: "with foreign defaults that outrank ours, and a strict reverse-path filter",
    prepared: [
      "ip route del default dev wan0; ip route add default via 203.0.113.1 dev wan0",
      "ip route del default dev wan1; ip route add default via 198.51.100.1 dev wan1 proto dhcp src 198.51.100.2 metric 2",
      "ip -6 route del default dev wan0; ip -6 route add default via fe80::1 dev wan0 proto static metric 1",
    ].join("\n"),
    reversePathFilter: 1,
  },
];

interface Start {
  readonly house: House;
  readonly before: Snapshot;
}

const openedOn = async (
  { prepared, reversePathFilter }: (typeof MACHINES)[number],
  failover: object = {},
): Promise<Start> => {
  let before: Snapshot | null = null;
  const house = await openHouse({
    lab: { reversePathFilter },
    measure: { ...CLOSELY, long: ["udp"] },
    config: { uplinks: UPLINKS, failover },
    prepare: async (lab) => {
      await lab.run("router", `${prepared}\n${MARKING.map((command) => `nft '${command}'`).join("\n")}`);
      before = await snapshotOf(lab);
    },
  });
  if (before === null) throw new Error("never prepared");
  return { house, before };
};

/** Sets sysctls as an admin does, and says what the machine looks like then. */
const changedTo = async (lab: Lab, values: Readonly<Record<string, number>>): Promise<Snapshot> => {
  for (const [name, value] of Object.entries(values)) await lab.run("router", `sysctl -qw ${name}=${value}`);
  return snapshotOf(lab);
};

const expectAsBefore = async ({ house, before }: Start): Promise<void> => {
  const after = await snapshotOf(house.lab);
  for (const what of Object.keys(PRINTED) as (keyof Snapshot)[]) expect.soft(after[what], what).toEqual(before[what]);
  const marks = await marksOf(house.lab);
  expect.soft(marks.filter((mark) => mark & OUR_BITS)).toEqual([]);
  expect.soft(marks).toContain(ADMINS_MARK);
};

describe("reset", () => {
  test.each(MACHINES)("leaves a machine $name as it was before the first start, after a crash too", async (machine) => {
    const start = await openedOn(machine);
    const { house, before } = start;
    expect(await marksOf(house.lab)).toContain(ADMINS_MARK | (1 << 24));
    expect(await snapshotOf(house.lab)).not.toEqual(before);

    const refused = await house.daemon().cli("reset");
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toMatch(/^wan-failover: .*daemon is running.*\n$/i);
    expect(await house.lab.run("router", "nft list tables")).toContain("wan_failover");

    await house.restart();
    await house.until("well", isWell);
    await house.daemon().kill9();
    const from = house.meter.now();
    const done = await house.daemon().cli("reset");
    expect(done).toMatchObject({ code: 0, stderr: "" });
    await expectAsBefore(start);
    expect(await losses(house, { from })).toEqual({});

    expect((await house.daemon().cli("reset")).stdout).toBe("Nothing of ours was there.\n");
    await expectAsBefore(start);
  });

  test("undoes what was done while everything went over the standby", async () => {
    const start = await openedOn(MACHINES[1] as (typeof MACHINES)[number]);
    const { house } = start;
    await house.lab.break("blackhole");
    for (const family of FAMILIES) await house.until("on lte", isOn("lte", family));
    await house.daemon().kill9();
    await house.lab.mend("blackhole");
    expect((await house.daemon().cli("reset")).code).toBe(0);
    await expectAsBefore(start);
  });
});

describe("a stop", () => {
  test("with onStop: restore restores the machine without a lost packet", async () => {
    const start = await openedOn(MACHINES[1] as (typeof MACHINES)[number], { onStop: "restore" });
    const { house } = start;
    const from = house.meter.now();
    expect(await house.daemon().stop()).toEqual({ code: 0, signal: null });
    await expectAsBefore(start);
    await pause(300);
    expect(await losses(house, { from })).toEqual({});
    expect(house.daemon().log()).toContain("The machine is as it was before the start");

    const loose = await changedTo(house.lab, { "net.ipv4.conf.all.rp_filter": 0, "net.ipv4.conf.wan0.rp_filter": 0 });
    await house.restart();
    await house.until("well", isWell);
    await house.daemon().stop();
    expect(await snapshotOf(house.lab)).toEqual(loose);
  });

  test("with onStop: keep leaves everything in place, and SIGINT is a stop too", async () => {
    const { house } = await openedOn(MACHINES[0] as (typeof MACHINES)[number]);
    const before = await snapshotOf(house.lab);
    house.daemon().signal("SIGINT");
    expect(await house.daemon().ended).toEqual({ code: 0, signal: null });
    expect(await snapshotOf(house.lab)).toEqual(before);
    expect(await house.lab.execute("router", ["test", "-e", placesOf(house.lab).stateFile])).toMatchObject({ code: 0 });
  });
});
