import { expect, test } from "vitest";
import type { Lab } from "../../lab/lab.ts";
import { ECHO, LAN } from "../../lab/plan.ts";
import { FAMILIES } from "../../src/core/family.ts";
import { areAll, areOn, BRISK, type House, losses, openHouse, ourDefaults, told } from "./house.ts";
import { dial } from "./session.ts";

/** PPPoE over the second line, preferred, and a modem; the product translates. */
const CONFIG = {
  uplinks: [
    { name: "dsl", interface: "ppp0", nat: true, ipv6: { translate: "masquerade" }, detection: BRISK },
    { name: "lte", interface: "wan0", nat: true, ipv6: { translate: "masquerade" }, detection: BRISK },
  ],
  failover: { holdAfterFailover: "0s", holdAfterFailback: "0s" },
};

/** A session's addresses. */
const FIRST = { ipv4: "198.51.100.66", ipv6: "2001:db8:b:66::1" } as const;
const SECOND = { ipv4: "198.51.100.77", ipv6: "2001:db8:b:77::1" } as const;

type Session = Readonly<Record<"ipv4" | "ipv6", string>>;

/** What pppd and its peer do with a session that has come up. Gives what ends it. */
const openSession = async (lab: Lab, { ipv4, ipv6 }: Session): Promise<() => Promise<void>> => {
  const hangUp = await dial(lab, { isp: "isp-b", own: ipv4, peer: "198.51.100.65" });
  await lab.run("isp-b", "ip -6 route add 2001:db8:b:60::/59 dev ppp0");
  await lab.run("router", `ip address add ${ipv6}/64 dev ppp0 nodad`);
  return hangUp;
};

const indexOf = (lab: Lab): Promise<string> => lab.run("router", "cat /sys/class/net/ppp0/ifindex");

/** Whom the far end takes a LAN client for, in both families. */
const seenFrom = ({ lab }: House): Promise<readonly string[]> =>
  Promise.all(
    [
      `UDP4:${ECHO.ipv4}:${ECHO.port},bind=${LAN.ipv4.client}`,
      `UDP6:[${ECHO.ipv6}]:${ECHO.port},bind=[${LAN.ipv6.client}]`,
    ].map(async (to) => {
      const { stdout } = await lab.execute("client", ["sh", "-c", `echo hello | socat -t 1 - ${to}`]);
      return stdout.trim().replace("hello ", "");
    }),
  );

test("a point-to-point uplink without a gateway is left when its session ends, and used as soon as another has come up", async () => {
  let hangUp = async (): Promise<void> => {};
  const house = await openHouse({
    config: CONFIG,
    lab: { nat: "none" },
    prepare: async (lab) => {
      await lab.run("router", "ip route del default dev wan1; ip -6 route del default dev wan1");
      hangUp = await openSession(lab, FIRST);
    },
    ready: (status) => areOn("dsl")(status) && areAll("lte", "up")(status),
    measure: { long: ["udp"] },
  });
  const { lab, meter } = house;
  const index = await indexOf(lab);
  const defaults = await ourDefaults(lab);
  expect(defaults.split("\n").filter((route) => route.includes("ppp0"))).toEqual([
    expect.stringMatching(/^default dev ppp0 .*metric 1/),
    expect.stringMatching(/^default dev ppp0 .*metric 1/),
  ]);
  const begun = await house.status();
  expect(FAMILIES.map((family) => told(begun, "dsl", family).gateway)).toEqual([null, null]);
  expect(await seenFrom(house)).toEqual([FIRST.ipv4, FIRST.ipv6]);

  const after = meter.now();
  await hangUp();
  const gaps = await Promise.all(
    FAMILIES.map((family) => meter.recovered({ flow: "new", family, after, via: "wan0" })),
  );
  console.log(
    `the session ended: new flows by lte after ${gaps.map(({ gapMs }) => gapMs.toFixed(0)).join(" and ")} ms`,
  );
  for (const { gapMs } of gaps) expect(gapMs).toBeLessThan(500);
  for (const family of FAMILIES) await meter.recovered({ flow: "long", family, after, via: "wan0" });
  await house.until("on lte", areOn("lte"));
  expect(house.daemon().log()).toMatch(/dsl IPv6 is down: (the interface ppp0 is missing|no carrier on ppp0)/);

  const from = meter.now();
  await openSession(lab, SECOND);
  await house.until("on dsl again", areOn("dsl"), 20_000);
  const returned = meter.now();
  for (const family of FAMILIES) await meter.recovered({ flow: "new", family, after: returned, via: "wan1" });
  expect(await seenFrom(house)).toEqual([SECOND.ipv4, SECOND.ipv6]);
  expect(await ourDefaults(lab)).toBe(defaults);
  expect(await indexOf(lab)).not.toBe(index);
  const rules = await lab.run("router", "ip rule; ip -6 rule");
  for (const family of FAMILIES) {
    expect(rules).toContain(`from ${SECOND[family]} lookup 8701`);
    expect(rules).not.toContain(FIRST[family]);
    expect(told(await house.status(), "dsl", family).addresses).toEqual([SECOND[family]]);
  }
  expect(await losses(house, { from })).toEqual({});

  const shared = { ...CONFIG, uplinks: CONFIG.uplinks.map((uplink) => ({ ...uplink, tier: 1 })) };
  await house.restart({ config: shared });
  await house.until("shared", ({ families }) => FAMILIES.every((family) => families[family].carrying.length === 2));
  const sharing = meter.now();
  for (const family of FAMILIES) {
    for (const via of ["wan0", "wan1"]) await meter.recovered({ flow: "new", family, after: sharing, via });
  }
  expect((await house.status()).problems).toEqual([]);
}, 90_000);
