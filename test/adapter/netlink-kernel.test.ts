import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { applyEdits } from "../../src/adapter/kernel/editor.ts";
import { NETLINK_ROUTE, type Netlink, NetlinkError, openNetlink } from "../../src/adapter/kernel/netlink.ts";
import { readKernel } from "../../src/adapter/kernel/reader.ts";
import { readSysctls, writeSysctl } from "../../src/adapter/kernel/sysctl.ts";
import type { Edit, KernelState, Route, Rule } from "../../src/core/kernel/kernel.ts";
import { AppError, InvariantError } from "../../src/error.ts";
import { hop, ourDefault } from "../fake/kernel-state.ts";
import { enterNamespace, type Namespace } from "../fake/namespace.ts";

let space: Namespace;
let netlink: Netlink;
let fiber: number;
let lte: number;

const read = (from: Netlink = netlink): KernelState =>
  readKernel({
    netlink: from,
    sysctlNames: ["net/ipv4/ip_forward", "net/no/such"],
    readSysctls,
    readFirewall: () => null,
  });

const refuse = (): never => {
  throw new AppError("nft-failed", "no nft here");
};

const edit = (...edits: readonly Edit[]) =>
  applyEdits({ netlink, writeSysctl, loadRuleset: refuse, deleteTable: () => {} }, edits);

beforeAll(() => {
  space = enterNamespace();
  space.ip("link", "add", "fiber", "type", "veth", "peer", "name", "isp-a");
  space.ip("link", "add", "lte", "type", "veth", "peer", "name", "isp-b");
  for (const name of ["fiber", "lte", "isp-a"]) space.ip("link", "set", name, "up");
  space.ip("address", "add", "203.0.113.2/30", "dev", "fiber");
  space.ip("address", "add", "198.51.100.2/24", "dev", "lte");
  space.ip("address", "add", "2001:db8:a::2/64", "dev", "fiber", "nodad");
  space.ip("address", "add", "2001:db8:a::3/64", "dev", "fiber", "nodad", "preferred_lft", "0");
  space.ip("address", "add", "2001:db8:b::2/64", "dev", "lte");
  netlink = openNetlink({ protocol: NETLINK_ROUTE });
  const indexOf = (name: string) => read().links.find((link) => link.name === name)?.index ?? 0;
  [fiber, lte] = [indexOf("fiber"), indexOf("lte")];
});

afterAll(() => {
  netlink?.close();
  space?.dispose();
});

beforeEach(() => {
  for (const of of ["-4", "-6"]) {
    for (const protocol of ["87", "dhcp", "boot", "bird", "ra"])
      space.ip(of, "route", "flush", "table", "all", "proto", protocol);
  }
});

const ours = (changes: Partial<Route> = {}): Route => ourDefault([hop(fiber, "203.0.113.1")], changes);

const put = (route: Route): Edit => ({ kind: "put-route", route });
const remove = (route: Route): Edit => ({ kind: "delete-route", route });

describe("reading", () => {
  test("gives links with their carrier", () => {
    expect(read().links).toMatchObject([
      { name: "lo" },
      { name: "isp-a", carrier: true },
      { name: "fiber", adminUp: true, carrier: true, pointToPoint: false },
      { name: "isp-b", adminUp: false },
      { name: "lte", adminUp: true, carrier: false },
    ]);
  });

  test("gives the addresses that may be used: neither deprecated nor tentative ones", () => {
    const addresses = read().addresses.filter(({ link, global }) => global && (link === fiber || link === lte));
    expect(addresses.map(({ address }) => address)).toEqual(["203.0.113.2", "198.51.100.2", "2001:db8:a::2"]);
  });

  test("gives everybody's default routes of table main, and all that is ours", () => {
    space.ip("route", "add", "default", "via", "203.0.113.1", "proto", "dhcp", "metric", "100");
    space.ip("route", "add", "10.1.0.0/16", "via", "203.0.113.1", "proto", "boot");
    space.ip("route", "add", "blackhole", "default", "metric", "900");
    space.ip("route", "add", "default", "via", "198.51.100.1", "table", "77");
    space.ip("route", "add", "default", "via", "198.51.100.1", "tos", "8", "metric", "3");
    space.ip(
      "-6",
      "route",
      "add",
      "default",
      "via",
      "fe80::1",
      "dev",
      "fiber",
      "proto",
      "ra",
      "expires",
      "1800",
      "metric",
      "1024",
    );
    space.ip("-6", "route", "add", "default", "from", "2001:db8:a::/64", "via", "fe80::1", "dev", "fiber");
    edit(put(ours()), put(ours({ table: 8701 })), put(ours({ destination: "192.168.5.0/24" })));
    const { routes } = read();
    expect(routes.map(({ destination, table, metric, protocol }) => [destination, table, metric, protocol])).toEqual([
      ["default", 254, 100, 16],
      ["default", 8701, 1, 87],
      ["default", 254, 1, 87],
      ["192.168.5.0/24", 254, 1, 87],
      ["default", 254, 1024, 9],
    ]);
    expect(routes[1]).toEqual(ours({ table: 8701 }));
    expect(routes.at(-1)?.expiresInMs).toBeGreaterThan(1_790_000);
  });

  test("gives our rules and nobody else's", () => {
    space.ip("rule", "add", "priority", "100", "from", "10.0.0.0/8", "lookup", "main");
    const rules: Rule[] = [
      {
        family: "ipv4",
        priority: 18700,
        protocol: 87,
        select: { mark: 0x01000000, mask: 0x1f000000 },
        table: 254,
        suppressPrefixLength: 0,
      },
      {
        family: "ipv6",
        priority: 18702,
        protocol: 87,
        select: { from: "2001:db8:a::2" },
        table: 8701,
        suppressPrefixLength: null,
      },
    ];
    expect(edit(...rules.map((rule): Edit => ({ kind: "put-rule", rule })))).toEqual([]);
    expect(read().rules).toEqual(rules);
    expect(edit(...rules.map((rule): Edit => ({ kind: "delete-rule", rule })))).toEqual([]);
    expect(read().rules).toEqual([]);
    space.ip("rule", "delete", "priority", "100");
  });

  test("gives the sysctls that exist", () => {
    expect(Object.keys(read().sysctls)).toEqual(["net/ipv4/ip_forward"]);
  });

  test("finds the defaults in front of and behind a big table", () => {
    for (let at = 0; at < 9000; at += 1) {
      const [high, low] = [at >> 8, at & 255];
      edit(put(ours({ protocol: 12, destination: `11.${high}.${low}.0/24` })));
      const hops = [{ gateway: "fe80::1", link: fiber, weight: 1, onlink: false }];
      edit(put(ours({ family: "ipv6", protocol: 12, destination: `2a00:${(at + 1).toString(16)}::/32`, hops })));
    }
    space.ip("route", "add", "default", "via", "203.0.113.1", "proto", "dhcp", "metric", "100");
    space.ip("-6", "route", "add", "default", "via", "fe80::1", "dev", "fiber", "proto", "ra", "metric", "1024");
    edit(put(ours({ destination: "192.168.5.0/24" })));
    expect(read().routes.map(({ family, destination, protocol }) => [family, destination, protocol])).toEqual([
      ["ipv4", "default", 16],
      ["ipv4", "192.168.5.0/24", 87],
      ["ipv6", "default", 9],
    ]);
  });

  test("works on a kernel without IPv6", () => {
    const withoutIPv6: Netlink = {
      ...netlink,
      dump: (dump) => {
        if (dump.request.operation === "list the routes" && dump.request.body[0] === 10) {
          throw new NetlinkError(dump.request.operation, { errno: 97, text: null });
        }
        return netlink.dump(dump);
      },
    };
    edit(put(ours()));
    expect(read(withoutIPv6).routes).toEqual([ours()]);
  });
});

describe("editing", () => {
  test("puts what is there already, and deletes what is gone, without complaint", () => {
    const several = [
      { gateway: "203.0.113.1", link: fiber, weight: 2, onlink: false },
      { gateway: "198.51.100.1", link: lte, weight: 1, onlink: false },
    ];
    const routes = [
      ours(),
      ours({ metric: 2, hops: several }),
      ours({ family: "ipv6", hops: [hop(fiber, "2001:db8:a::1")] }),
      ours({ family: "ipv6", table: 8701, type: "unreachable", hops: [] }),
    ];
    for (const _ of [1, 2]) expect(edit(...routes.map(put))).toEqual([]);
    expect(read().routes).toHaveLength(4);
    for (const _ of [1, 2]) expect(edit(...routes.map(remove))).toEqual([]);
    expect(read().routes).toEqual([]);
  });

  test("replaces a route by one of another kind, both families", () => {
    const hops = [{ gateway: null, link: lte, weight: 1, onlink: false }];
    for (const family of ["ipv4", "ipv6"] as const) {
      const gateway = family === "ipv4" ? "203.0.113.1" : "fe80::1";
      const way = { gateway, link: fiber, weight: 1, onlink: false };
      const forms = [
        ours({ family, hops: [way] }),
        ours({ family, hops }),
        ours({ family, hops: [way, { ...way, weight: 3, gateway: family === "ipv4" ? null : "fe80::2" }] }),
        ours({ family, type: "unreachable", hops: [] }),
        ours({ family, hops: [way] }),
      ];
      for (const form of forms) {
        expect(edit(put(form))).toEqual([]);
        expect(read().routes.filter((route) => route.family === family)).toEqual([form]);
      }
    }
  });

  test("never deletes another route than the one that it is told to", () => {
    space.ip("route", "add", "default", "via", "203.0.113.1", "proto", "dhcp", "metric", "100");
    edit(remove(ours({ protocol: 16, metric: 0 })));
    expect(read().routes).toHaveLength(1);
    const way = { gateway: "203.0.113.1", link: fiber, weight: 1, onlink: false };
    const several = ours({ hops: [way, { ...way, gateway: "198.51.100.1", link: lte }] });
    edit(put(several), remove(ours()), remove(ours({ metric: 2 })), remove(ours({ protocol: 3 })));
    expect(read().routes).toContainEqual(several);
  });

  test("reports the edit that failed, and carries out the rest", () => {
    const wrong = put(ours({ hops: [hop(fiber, "10.99.0.1")] }));
    const firewall: Edit = { kind: "load-firewall", ruleset: "" };
    const sysctl: Edit = { kind: "set-sysctl", name: "net/no/such", value: "1" };
    const forwarding: Edit = { kind: "set-sysctl", name: "net/ipv4/ip_forward", value: "1" };
    const failures = edit(wrong, firewall, sysctl, forwarding, { kind: "delete-firewall" }, put(ours()));
    expect(failures.map(({ code }) => code)).toEqual(["ENETUNREACH", "nft-failed", "ENOENT"]);
    expect(failures[0]).toMatchObject({ edit: wrong, message: expect.stringContaining("Nexthop has invalid gateway") });
    expect(read()).toMatchObject({ routes: [ours()], sysctls: { "net/ipv4/ip_forward": "1" } });
  });

  test("doesn't hide a mistake of our own", () => {
    const broken = () => {
      throw new InvariantError("impossible");
    };
    const tools = { netlink, writeSysctl, loadRuleset: broken, deleteTable: broken };
    expect(() => applyEdits(tools, [{ kind: "delete-firewall" }])).toThrow("impossible");
  });
});
