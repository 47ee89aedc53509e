import { expect, test } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { countWaysOut, propose, type Seen } from "../../src/import/proposal.ts";
import { dualStack, FIBER, healthy, LTE, link, route } from "../fake/machine-facts.ts";

const uplinksOf = (seen: Seen, nat = false): readonly string[] =>
  parseConfig(propose(seen, { nat }), "config.yaml").settings.uplinks.map(
    (one) =>
      `${one.name} ${one.interface}${one.metered ? " metered" : ""}${one.families.ipv4.masquerade ? " nat" : ""}`,
  );

test("the ways out are proposed in the order in which the kernel prefers them", () => {
  expect(uplinksOf(healthy)).toEqual(["eth0 eth0", "wwan0 wwan0 metered"]);
  const [first, second] = healthy.routes;
  if (first === undefined || second === undefined) throw new Error("two defaults");
  expect(uplinksOf({ ...healthy, routes: [{ ...first, metric: 900 }, second] })).toEqual([
    "wwan0 wwan0 metered",
    "eth0 eth0",
  ]);
});

test("each line says what it rests on", () => {
  const yaml = propose({ ...healthy, programs: ["udhcpc", "sshd"] }, { nat: true });
  expect(yaml).toMatch(/interface: eth0 +# default route by DHCP, via 203\.0\.113\.1, metric 100; udhcpc runs here/);
  expect(yaml).toMatch(/nat: true +# no firewall rule masquerades/);
  expect(uplinksOf(healthy, true)).toEqual(["eth0 eth0 nat", "wwan0 wwan0 metered nat"]);
});

test("an uplink without carrier comes last, and IPv6 alone makes one too", () => {
  const dark = healthy.links.map((one) => (one.index === FIBER ? { ...one, carrier: false } : one));
  expect(uplinksOf({ ...healthy, links: dark })).toEqual(["wwan0 wwan0 metered", "eth0 eth0"]);
  const ipv6 = dualStack.routes.filter(({ family }) => family === "ipv6");
  expect(uplinksOf({ ...dualStack, routes: ipv6 })).toEqual(["eth0 eth0", "wwan0 wwan0 metered"]);
});

test("our own routes and a LAN are no ways out; tunnels and PPP links are pointed out", () => {
  const ours = { ...route("default", { link: LTE, gateway: "198.51.100.1" }), protocol: 87 };
  const links = [
    ...healthy.links,
    link(7, "wg0", { kind: "wireguard", pointToPoint: true }),
    link(8, "ppp3", { pointToPoint: true }),
  ];
  const seen = { ...healthy, links, routes: [ours, ...healthy.routes.slice(0, 1)] };
  expect(countWaysOut(seen)).toBe(1);
  const yaml = propose(seen, { nat: false });
  expect(yaml).toContain("# A second uplink is missing:");
  expect(yaml).toContain("# wg0 is a WireGuard tunnel");
  expect(yaml).toContain("# ppp3 is a PPP link");
  expect(countWaysOut({ ...healthy, routes: [] })).toBe(0);
});

test("an interface with an odd name gets a name that the config takes", () => {
  const odd = healthy.links.map((one) => (one.index === FIBER ? { ...one, name: "WAN.100" } : one));
  expect(uplinksOf({ ...healthy, links: odd })).toEqual(["uplink-1 WAN.100", "wwan0 wwan0 metered"]);
});
