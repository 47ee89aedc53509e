import { expect, test } from "vitest";
import type { Lab } from "../../lab/lab.ts";
import { LAN } from "../../lab/plan.ts";
import { FAMILIES } from "../../src/core/family.ts";
import { areOn, isWell, losses, openHouse } from "./house.ts";
import { exampleInLab } from "./recipe.ts";

const SECOND = { ipv4: "192.168.77.254", ipv6: "fd77:1:1:1::fe" } as const;

/** The second ISP's box stands in the LAN as a router, and has no line to ours. */
const bringIntoLan = async (lab: Lab): Promise<void> => {
  await lab.run("router", "ip link set wan1 down; echo 1 > /proc/sys/net/ipv4/conf/lan0/rp_filter");
  const box = `ip link add lan1 type veth peer name box netns ${lab.namespace("client")}`;
  const translations = [
    "ip saddr 192.168.77.0/24 snat ip to 198.51.100.99",
    `ip6 saddr ${LAN.ipv6.prefix} snat ip6 to 2001:db8:b::99`,
  ].map((rule) => `add rule inet box out oifname up0 ${rule};`);
  await lab.run(
    "isp-b",
    [
      box,
      "ip link set lan1 up",
      `ip address add ${SECOND.ipv4}/24 dev lan1`,
      `ip address add ${SECOND.ipv6}/64 dev lan1 nodad`,
      "ip -6 address add 2001:db8:b::99/128 dev lo nodad",
      `nft 'add table inet box; add chain inet box out { type nat hook postrouting priority srcnat; }; ${translations.join(" ")}'`,
    ].join("\n"),
  );
  await lab.run(
    "client",
    [
      "ip link add br0 type bridge",
      "echo 0 > /proc/sys/net/ipv6/conf/br0/accept_dad",
      "ip address flush dev eth0",
      "ip link set eth0 master br0",
      "ip link set box master br0",
      "ip link set box up",
      "ip link set br0 up",
      `ip address add ${LAN.ipv4.client}/24 dev br0`,
      `ip address add ${LAN.ipv6.client}/64 dev br0 nodad`,
      `ip route replace default via ${LAN.ipv4.router}`,
      `ip -6 route replace default via ${LAN.ipv6.router}`,
    ].join("\n"),
  );
};

test("a second router on the LAN is an uplink by its gateway alone", async () => {
  const house = await openHouse({
    prepare: bringIntoLan,
    config: exampleInLab("second-router"),
    measure: { long: ["udp"] },
  });
  const { lab, meter } = house;
  expect((await house.status()).uplinks[1]?.interface).toBe("lan0");
  const after = await lab.break("blackhole");
  for (const family of FAMILIES) {
    const { gapMs } = await meter.recovered({ flow: "new", family, after, via: "wan1" });
    console.log(`${family}: new flows over the second router after ${gapMs.toFixed(0)} ms`);
    expect.soft(gapMs).toBeLessThan(2000);
    await meter.recovered({ flow: "long", family, after, via: "wan1" });
  }
  await house.until("on the second router", areOn("second-router"));
  const settled = meter.now();
  for (const address of ["192.0.2.80", "2001:db8:ffff::80"]) {
    const way = await lab.run("client", `ip route get ${address}`);
    expect.soft(way, "nobody is sent past us").toMatch(/via (192\.168\.77\.1|fd77:1:1:1::1) dev/);
  }
  await lab.mend("blackhole");
  await house.until("well again", isWell, 20_000);
  for (const family of FAMILIES) await meter.recovered({ flow: "new", family, after: meter.now(), via: "wan0" });
  expect(await losses(house, { from: settled }, [{ flow: "new" }])).toEqual({});
}, 90_000);
