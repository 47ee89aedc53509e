import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diagnose, examine } from "../../src/core/doctor/doctor.ts";
import {
  address,
  dualStack,
  FIBER,
  findings,
  found,
  healthy,
  LAN,
  LTE,
  link,
  route,
  settingsOf,
  sysctls,
  sysctlsWithout,
} from "../fake/machine-facts.ts";
import { pings } from "../fake/settings.ts";

test("nothing is found on a healthy router, and what was examined is named", () => {
  expect(examine(healthy)).toEqual([]);
  expect(examine(dualStack)).toEqual([]);
  expect(diagnose(dualStack).length).toBeGreaterThan(25);
});

test("without a config, what doesn't need one is examined all the same", () => {
  expect(found({ settings: null, capabilities: { netAdmin: false, netRaw: true } })).toEqual(["note no-permission"]);
  expect(diagnose({ ...healthy, settings: null }).map(({ topic }) => topic)).not.toContain("Uplinks");
});

test("every finding names a code in kebab-case and a remedy, and its title ends without a full stop", () => {
  const all = findings({
    links: [link(1, "lo"), link(LAN, "br0"), link(FIBER, "eth0", { master: LAN })],
    sysctls: sysctlsWithout("net/ipv6"),
    nft: { library: false, command: false, listing: null, problem: null },
    daemon: { running: false, ranBefore: false },
  });
  expect(all.length).toBeGreaterThan(3);
  for (const { code, title, detail, remedy } of all) {
    expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(title).toMatch(/[^.]$/);
    expect(detail).toMatch(/\.$/);
    expect(remedy).not.toBe("");
  }
});

describe("this program", () => {
  test("lacking rights are an error, unless the daemon runs and has them", () => {
    const capabilities = { netAdmin: false, netRaw: false };
    expect(found({ capabilities, daemon: { running: false, ranBefore: false } })).toContain("error no-permission");
    expect(found({ capabilities })).toEqual(["note no-permission"]);
    expect(found({ capabilities: null })).toEqual([]);
  });

  test("neither library nor command of nftables is an error; the command alone serves", () => {
    const nft = { ...healthy.nft, library: false };
    expect(found({ nft })).toEqual(["note nft-library-missing"]);
    expect(found({ nft: { library: false, command: false, listing: null, problem: null } })).toEqual([
      "error nft-missing",
    ]);
  });

  test("an nft that can't list its rules is told in its own words", () => {
    const nft = { ...healthy.nft, listing: null, problem: "Error: JSON support not compiled-in" };
    expect(found({ nft })).toEqual(["warning nft-unreadable"]);
    expect(findings({ nft })[0]?.detail).toContain("JSON support not compiled-in");
  });

  test("a daemon that isn't running is noted, with what it left", () => {
    const daemon = { running: false, ranBefore: true };
    expect(found({ daemon })).toEqual(["note daemon-not-running"]);
    const ours = route("default", { link: FIBER, gateway: "203.0.113.1" }, { protocol: 87, metric: 1 });
    const [finding] = findings({ daemon, routes: [...healthy.routes, ours] });
    expect(finding?.remedy).toContain("wan-failover reset");
  });

  test("what could not be read is said", () => {
    expect(found({ unreadable: ["The routes could not be read: EPERM"] })).toEqual(["warning not-examined"]);
  });
});

describe("the kernel", () => {
  test("modules that are missing are errors, those that are loaded on demand are not", () => {
    const modules = { nf_conntrack: "missing", nf_conntrack_netlink: "loadable", nf_tables: "missing" } as const;
    const without = sysctlsWithout("net/netfilter");
    expect(found({ modules, sysctls: without })).toEqual(["error no-nf-tables", "error no-conntrack"]);
    expect(found({ modules: { ...modules, nf_tables: "present" } })).toEqual([]);
    const unknown = { nf_conntrack: "unknown", nf_conntrack_netlink: "unknown", nf_tables: "unknown" } as const;
    expect(found({ modules: unknown, sysctls: without })).toEqual([]);
  });

  test("a connection table that is nearly full, and a strict one", () => {
    expect(found({ sysctls: sysctls({ "net/netfilter/nf_conntrack_count": "60000" }) })).toEqual([
      "warning conntrack-nearly-full",
    ]);
    expect(found({ sysctls: sysctls({ "net/netfilter/nf_conntrack_tcp_loose": "0" }) })).toEqual([
      "warning tcp-pickup-off",
    ]);
  });

  test("where settings can't be changed, those that the uplinks lack are named, with what follows and a command", () => {
    const strict = { "net/ipv4/conf/eth0/rp_filter": "1", "net/ipv4/conf/wwan0/ignore_routes_with_linkdown": "1" };
    const [finding, ...rest] = findings({ sysctlsReadOnly: true, sysctls: sysctls(strict) });
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({ level: "warning", code: "sysctls-read-only" });
    expect(finding?.detail).toMatch(/carrier is lost.*standby uplink are dropped/);
    expect(finding?.remedy).toMatch(
      /-w net\/ipv4\/conf\/eth0\/ignore_routes_with_linkdown=1 net\/ipv4\/conf\/eth0\/rp_filter=2$/,
    );
    const set = Object.fromEntries(
      ["eth0", "wwan0"].map((name) => [`net/ipv4/conf/${name}/ignore_routes_with_linkdown`, "1"]),
    );
    expect(found({ sysctlsReadOnly: true, sysctls: sysctls(set) })).toEqual([]);
  });

  test("no IPv6 is a note, and none where no uplink uses it", () => {
    expect(found({ sysctls: sysctlsWithout("net/ipv6") }, dualStack)).toEqual(["note no-ipv6"]);
    expect(found({ sysctls: sysctlsWithout("net/ipv6") })).toEqual([]);
    expect(found({ sysctls: sysctls({ "net/ipv6/conf/all/disable_ipv6": "1" }) }, dualStack)).toContain(
      "note ipv6-disabled",
    );
  });

  test("forwarding that is off is a warning on a router and a note on a host", () => {
    const off = { "net/ipv4/ip_forward": "0", ...forwardingOf(["eth0", "wwan0", "br0"]) };
    expect(found({ sysctls: sysctls(off) })).toEqual(["warning ipv4-forwarding-off"]);
    const alone = { links: healthy.links.filter(({ index }) => index !== LAN) };
    expect(found({ ...alone, sysctls: sysctls(off) })).toEqual(["note ipv4-forwarding-off"]);
  });

  test("forwarding that is off on one interface is named with it", () => {
    const [finding] = findings({ sysctls: sysctls(forwardingOf(["wwan0"])) });
    expect(finding?.title).toBe("IPv4 forwarding is off on wwan0");
    expect(finding?.remedy).toContain("net/ipv4/conf/wwan0/forwarding = 1");
  });

  test("turning IPv6 forwarding on keeps the uplinks' advertisements", () => {
    const off = { "net/ipv6/conf/all/forwarding": "0", "net/ipv6/conf/eth0/accept_ra": "1" };
    const [finding] = findings({ sysctls: sysctls({ ...off, "net/ipv6/conf/eth0/forwarding": "0" }) }, dualStack);
    expect(finding?.code).toBe("ipv6-forwarding-off");
    expect(finding?.remedy).toMatch(/accept_ra = 2.*all\/forwarding = 1/);
  });

  test("a strict reverse-path filter counts as the larger of the interface's and all's", () => {
    const daemon = { running: false, ranBefore: false };
    const strict = sysctls({ "net/ipv4/conf/all/rp_filter": "1", "net/ipv4/conf/wwan0/rp_filter": "2" });
    expect(found({ sysctls: strict, daemon })).toContain("note strict-rp-filter");
    const [finding] = findings({ sysctls: strict });
    expect(finding).toMatchObject({ level: "warning", code: "strict-rp-filter" });
    expect(finding?.title).toContain("eth0");
    expect(finding?.title).not.toContain("wwan0");
    expect(found({ sysctls: sysctls({ "net/ipv4/conf/all/rp_filter": "2" }) })).toEqual([]);
  });

  test("advertisements that a forwarding kernel ignores", () => {
    const deaf = sysctls({ "net/ipv6/conf/eth0/accept_ra": "1" });
    expect(found({ sysctls: deaf }, dualStack)).toEqual(["warning advertisements-ignored"]);
    const fixed = route("default", { link: FIBER, gateway: "fe80::1" }, { metric: 512 });
    expect(found({ sysctls: deaf, routes: [...dualStack.routes, fixed] }, dualStack)).toEqual([]);
    expect(found({ sysctls: sysctls({ "net/ipv6/conf/br0/accept_ra": "1" }) }, dualStack)).toEqual([]);
  });
});

const forwardingOf = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [`net/ipv4/conf/${name}/forwarding`, "0"]));

describe("the uplinks", () => {
  const withLink = (changes: Parameters<typeof link>[2]) => ({
    links: healthy.links.map((one) => (one.index === LTE ? { ...one, ...changes } : one)),
  });

  test("a missing interface is an error that lists those that are there", () => {
    const links = healthy.links.filter(({ index }) => index !== LTE);
    expect(found({ links })).toEqual(["error interface-missing"]);
    expect(findings({ links })[0]?.detail).toContain("eth0 and br0");
  });

  test("switched off, without carrier, without address, without gateway", () => {
    expect(found(withLink({ adminUp: false, carrier: false }))).toEqual(["warning interface-off"]);
    expect(found(withLink({ carrier: false }))).toEqual(["warning no-carrier"]);
    expect(found({ addresses: healthy.addresses.filter((one) => one.link !== LTE) })).toEqual(["warning no-address"]);
    expect(found({ routes: healthy.routes.slice(0, 1) })).toEqual(["warning no-gateway"]);
    expect(found({ ...withLink({ pointToPoint: true }), routes: healthy.routes.slice(0, 1) })).toEqual([]);
  });

  test("no way out at all is an error of its own", () => {
    expect(found({ routes: [] })).toEqual(["warning no-gateway", "warning no-gateway", "error no-usable-uplink"]);
  });

  test("a port of a bridge, and an interface in a VRF", () => {
    const [port] = findings(withLink({ master: LAN }));
    expect(port).toMatchObject({ level: "error", code: "uplink-enslaved" });
    expect(port?.remedy).toContain("`interface: br0` under the uplink lte");
    const vrf = link(9, "red", { kind: "vrf" });
    expect(found({ links: [...withLink({ master: 9 }).links, vrf] })).toEqual(["error uplink-in-vrf"]);
  });

  test("IPv6 that only some have is a note for the others", () => {
    const routes = dualStack.routes.slice(0, 3);
    expect(found({ routes }, dualStack)).toEqual(["note no-ipv6-gateway"]);
    expect(found({ routes: dualStack.routes.slice(0, 2) }, dualStack)).toEqual(["note no-ipv6-uplink"]);
    expect(found({ routes, sysctls: sysctls({ "net/ipv6/conf/wwan0/disable_ipv6": "1" }) }, dualStack)).toEqual([
      "warning ipv6-off-on-uplink",
    ]);
  });

  test("link-local gateways work, even the same one on both uplinks", () => {
    expect(dualStack.routes.filter(({ hops }) => hops[0]?.gateway === "fe80::1")).toHaveLength(2);
    expect(found({}, dualStack)).toEqual([]);
  });

  test("targets that are the gateway alone", () => {
    const settings = settingsOf("uplinks:\n  - { name: fiber, interface: eth0, ipv6: { method: none } }\n");
    const uplinks = settings.uplinks.map((uplink) => ({
      ...uplink,
      families: { ...uplink.families, ipv4: { ...uplink.families.ipv4, targets: pings("203.0.113.1") } },
    }));
    expect(found({ settings: { ...settings, uplinks } })).toEqual(["warning targets-only-gateway"]);
  });

  test("the same subnet on both uplinks works: a note", () => {
    const addresses = [address(FIBER, "192.168.8.10/24"), address(LTE, "192.168.8.20/24"), address(LAN, "10.0.0.1/24")];
    expect(found({ addresses })).toEqual(["note same-subnet"]);
    expect(findings({ addresses })[0]?.title).toBe("fiber and lte both are in 192.168.8.0/24");
  });

  test("one address on both uplinks is a warning", () => {
    const addresses = [
      address(FIBER, "192.168.8.100/24"),
      address(LTE, "192.168.8.100/24"),
      address(LAN, "10.0.0.1/24"),
    ];
    expect(found({ addresses })).toEqual(["warning same-address", "note same-subnet"]);
    expect(findings({ addresses })[0]?.title).toBe("fiber and lte both have the address 192.168.8.100");
  });

  test("two uplinks behind one interface have its addresses and networks in common", () => {
    const settings = settingsOf(`uplinks:
  - { name: fiber, ipv4: { gateway: 203.0.113.1 }, ipv6: { method: none } }
  - { name: lte, ipv4: { gateway: 203.0.113.3 }, ipv6: { method: none } }
`);
    expect(found({ settings })).toEqual([]);
  });

  test("a LAN that overlaps an uplink's subnet is a warning that names both", () => {
    const addresses = [...healthy.addresses.filter((one) => one.link !== LTE), address(LTE, "192.168.1.77/24")];
    expect(found({ addresses })).toEqual(["warning local-overlaps-uplink"]);
    expect(findings({ addresses })[0]?.title).toBe("192.168.1.0/24 on br0 overlaps 192.168.1.0/24 of lte (wwan0)");
    const inside = [...healthy.addresses.filter((one) => one.link !== LTE), address(LTE, "192.168.0.1/16")];
    expect(found({ addresses: inside })).toEqual(["warning local-overlaps-uplink"]);
    const beside = [...healthy.addresses.filter((one) => one.link !== LTE), address(LTE, "192.168.2.1/24")];
    expect(found({ addresses: beside })).toEqual([]);
  });
});

test("hostile facts never throw", () => {
  const text = fc.oneof(fc.string(), fc.constantFrom("::", "1.2.3.4", "fe80::%x", "1.2.3.4/99", "default"));
  const facts = fc.record({
    sysctls: fc.dictionary(fc.constantFrom(...Object.keys(healthy.sysctls)), text),
    programs: fc.array(text),
    networkdSettings: fc.array(text),
    nft: fc.record({
      library: fc.boolean(),
      command: fc.boolean(),
      listing: fc.option(fc.oneof(text, fc.json())),
      problem: fc.option(text),
    }),
    addresses: fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), text, fc.integer()).map(hostileAddress)),
    routes: fc.array(fc.tuple(text, fc.integer({ min: 0, max: 9 })).map(([to, by]) => route(to, { link: by }))),
  });
  fc.assert(fc.property(facts, (changes) => void examine({ ...dualStack, ...changes })));
});

const hostileAddress = ([by, text, prefixLength]: [number, string, number]) => ({
  ...address(by, text),
  prefixLength,
});
