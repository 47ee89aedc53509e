import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NETLINK_ROUTE, type Netlink, NetlinkError, openNetlink } from "../../src/adapter/kernel/netlink.ts";
import { decodeAddress, encodeAddress, listAddresses } from "../../src/codec/address.ts";
import { decodeLink, type LinkMessage, listLinks } from "../../src/codec/link.ts";
import { decodeNeighbour, listNeighbours } from "../../src/codec/neighbour.ts";
import { FLAG } from "../../src/codec/netlink.ts";
import { decodeRoute, deleteRoute, listRoutes, putRoute, type RouteMessage } from "../../src/codec/route.ts";
import { RTM } from "../../src/codec/rtnetlink.ts";
import { ANY_PACKET, addRule, decodeRule, deleteRule, listRules } from "../../src/codec/rule.ts";
import { hop, ourDefault } from "../fake/kernel-state.ts";
import { enterNamespace, type Namespace } from "../fake/namespace.ts";

let space: Namespace;
let netlink: Netlink;
let link: number;

const links = (): LinkMessage[] => netlink.dump({ request: listLinks(), pick: ({ body }) => decodeLink(body) });

const refusal = (attempt: () => void): NetlinkError => {
  try {
    attempt();
  } catch (error) {
    if (error instanceof NetlinkError) return error;
    throw error;
  }
  throw new Error("The kernel refused nothing.");
};

beforeAll(() => {
  space = enterNamespace();
  space.ip("link", "add", "wan0", "type", "veth", "peer", "name", "isp0");
  space.ip("link", "set", "wan0", "up");
  space.ip("link", "set", "isp0", "up");
  space.ip("address", "add", "203.0.113.2/30", "dev", "wan0");
  space.ip("address", "add", "2001:db8:a::2/64", "dev", "wan0", "nodad");
  netlink = openNetlink({ protocol: NETLINK_ROUTE });
  link = links().find(({ name }) => name === "wan0")?.index ?? 0;
});

afterAll(() => {
  netlink?.close();
  space?.dispose();
});

const route = (changes: Partial<RouteMessage> = {}): RouteMessage => ourDefault([hop(link, "203.0.113.1")], changes);

const way = (gateway: string | null, weight = 1) => hop(link, gateway, { weight });

describe("dumps", () => {
  test("list links and addresses", () => {
    expect(links()).toMatchObject([{ name: "lo" }, { name: "isp0" }, { name: "wan0", adminUp: true, carrier: true }]);
    const addresses = netlink.dump({ request: listAddresses(), pick: ({ body }) => decodeAddress(body) });
    expect(addresses.filter((one) => one.link === link && one.global).map(({ address }) => address)).toEqual([
      "203.0.113.2",
      "2001:db8:a::2",
    ]);
  });

  test("list neighbours", () => {
    space.ip("neighbour", "add", "203.0.113.1", "lladdr", "02:00:00:00:00:01", "dev", "wan0");
    const neighbours = netlink.dump({ request: listNeighbours("ipv4"), pick: ({ body }) => decodeNeighbour(body) });
    expect(neighbours).toContainEqual({ family: "ipv4", link, address: "203.0.113.1", state: "permanent" });
  });

  test("of a table that isn't there fail with the kernel's words", () => {
    const request = listRoutes({ family: "ipv4", table: 8799 });
    const error = refusal(() => netlink.dump({ request, pick: () => null }));
    expect(error).toMatchObject({ errnoName: "ENOENT", text: "ipv4: FIB table does not exist" });
  });

  test("of several parts are read to the end, or as far as is wanted", () => {
    for (let at = 0; at < 2000; at += 1) {
      netlink.request(putRoute(route({ table: 8790, destination: `10.${at >> 8}.${at & 255}.0/24` })));
    }
    const request = listRoutes({ family: "ipv4", table: 8790 });
    const pick = () => 1;
    expect(netlink.dump({ request, pick })).toHaveLength(2000);
    const first = netlink.dump({ request, pick, enough: () => true }).length;
    expect(first).toBeGreaterThan(100);
    expect(first).toBeLessThan(1000);
    expect(links()).toHaveLength(3);
  });
});

describe("a dump that a change interrupts", () => {
  const changes = { left: 0, made: 0 };
  let other: Netlink;

  const addAddress = (number: number): void => {
    const address = `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
    const state = { peer: null, global: true, tentative: false, duplicate: false, deprecated: false, protocol: 0 };
    const body = encodeAddress({ family: "ipv4", link, address, prefixLength: 32, ...state });
    other.request({ operation: "add an address", type: RTM.NEW_ADDRESS, flags: FLAG.CREATE | FLAG.EXCLUSIVE, body });
  };

  const change = (): void => {
    if (changes.left === 0) return;
    changes.left -= 1;
    changes.made += 1;
    addAddress(100_000 + changes.made);
  };

  /** Adds an address at the first message of each reading, as long as there are changes left. */
  const countAddresses = (): number =>
    netlink.dump({
      request: listAddresses(),
      pick: ({ body }) => {
        const address = decodeAddress(body)?.address ?? "";
        if (address === "127.0.0.1") change();
        return address.startsWith("10.") ? address : null;
      },
    }).length;

  beforeAll(() => {
    other = openNetlink({ protocol: NETLINK_ROUTE });
    for (let number = 1; number <= 3000; number += 1) addAddress(number);
  });

  afterAll(() => {
    space.ip("address", "flush", "to", "10.0.0.0/8");
    other.close();
  });

  test("is begun anew", () => {
    changes.left = 2;
    expect(countAddresses()).toBe(3002);
    expect(changes.made).toBe(2);
  });

  test("each time is given up", () => {
    changes.left = 1000;
    expect(refusal(countAddresses)).toMatchObject({ errnoName: "EINTR", operation: "list the addresses" });
    changes.left = 0;
    expect(countAddresses()).toBe(3000 + changes.made);
  });
});

describe("requests", () => {
  const examples: readonly [string, () => RouteMessage][] = [
    ["a default route", () => route()],
    ["an IPv6 default route", () => route({ family: "ipv6", hops: [way("2001:db8:a::1")] })],
    ["a link-local gateway", () => route({ family: "ipv6", table: 8701, hops: [way("fe80::1")] })],
    ["a route without gateway", () => route({ metric: 2, hops: [way(null)] })],
    [
      "several ways",
      () =>
        route({ metric: 3, hops: [way("203.0.113.1", 3), way("203.0.113.2", 256)].slice(0, 1).concat(way(null, 2)) }),
    ],
    [
      "several IPv6 ways",
      () =>
        route({ family: "ipv6", metric: 3, hops: [way("2001:db8:a::9", 9), way("fe80::2"), way("2001:db8:a::1", 2)] }),
    ],
    [
      "a gateway that is on the link because we say so",
      () => route({ metric: 4, hops: [{ ...way("192.0.2.1"), onlink: true }] }),
    ],
    ["a source address", () => route({ destination: "192.168.5.0/24", source: "203.0.113.2" })],
    ["an unreachable route", () => route({ metric: 9, type: "unreachable", hops: [] })],
    ["an unreachable IPv6 route", () => route({ family: "ipv6", metric: 9, type: "unreachable", hops: [] })],
    ["an IPv6 gateway of an IPv4 route", () => route({ destination: "10.9.0.0/16", hops: [way("fe80::9")] })],
  ];

  test.each(examples)("put %s, which the kernel then lists, and delete it", (_, example) => {
    const wanted = example();
    const { family, table } = wanted;
    const listed = () =>
      netlink.dump({ request: listRoutes({ family, table, protocol: 87 }), pick: ({ body }) => decodeRoute(body) });
    netlink.request(putRoute(wanted));
    netlink.request(putRoute(wanted));
    expect(listed()).toMatchObject([wanted]);
    netlink.request(deleteRoute(wanted));
    expect(refusal(() => netlink.request(deleteRoute(wanted))).errnoName).toBe("ESRCH");
  });

  test("put a route that expires, as a router advertisement would", () => {
    const advertised = route({
      family: "ipv6",
      metric: 1024,
      protocol: 9,
      hops: [way("fe80::7")],
      expiresInMs: 1_800_000,
    });
    netlink.request(putRoute(advertised));
    const request = listRoutes({ family: "ipv6", table: 254, protocol: 9 });
    const [listed] = netlink.dump({ request, pick: ({ body }) => decodeRoute(body) });
    expect(listed?.expiresInMs).toBeGreaterThan(1_795_000);
    expect(listed?.expiresInMs).toBeLessThanOrEqual(1_800_000);
    netlink.request(deleteRoute(advertised));
  });

  test("add and delete rules", () => {
    const base = {
      priority: 18700,
      protocol: 87,
      ...ANY_PACKET,
      table: 8701,
      suppressPrefixLength: null,
    };
    const DNS = { first: 53, last: 53 };
    const steered = {
      ...{ mask: 0x1f000000, from: "192.168.20.0/24", to: "198.51.100.0/24", input: "br-guest" },
      ...{
        transport: 17,
        sourcePorts: { first: 10_000, last: 20_000 },
        ports: { first: 5060, last: 5061 },
        priority: 18900,
      },
    };
    const rules = [
      { ...base, family: "ipv4", mark: 0x01000000, mask: 0x1f000000, table: 254, suppressPrefixLength: 0 },
      { ...base, family: "ipv4", priority: 18702, from: "203.0.113.2" },
      { ...base, family: "ipv4", priority: 18824, output: "wan0" },
      { ...base, family: "ipv4", priority: 18890, to: "9.9.9.9", input: "lo", ports: DNS },
      { ...base, ...steered, family: "ipv4" },
      { ...base, family: "ipv6", mark: 0x01000000, mask: 0x1f000000 },
      { ...base, family: "ipv6", priority: 18702, from: "2001:db8:a::/64" },
      { ...base, family: "ipv6", priority: 18824, output: "wan0" },
      { ...base, family: "ipv6", priority: 18890, to: "2001:db8::53", input: "lo", ports: DNS },
    ] as const;
    const listed = () =>
      netlink
        .dump({ request: listRules(), pick: ({ body }) => decodeRule(body) })
        .filter(({ protocol }) => protocol === 87);
    for (const rule of rules) netlink.request(addRule(rule));
    expect(listed()).toEqual(rules);
    expect(refusal(() => netlink.request(addRule(rules[0]))).errnoName).toBe("EEXIST");
    for (const rule of rules) netlink.request(deleteRule(rule));
    expect(listed()).toEqual([]);
    expect(refusal(() => netlink.request(deleteRule(rules[0]))).errnoName).toBe("ENOENT");
  });

  test("that are refused say what was asked for and why", () => {
    const error = refusal(() => netlink.request(putRoute(route({ hops: [way("10.99.0.1")] }))));
    expect(error.code).toBe("netlink-failed");
    expect(error.detail).toBe(
      "The kernel refused to put the route to default: ENETUNREACH, Nexthop has invalid gateway",
    );
  });

  test("that are refused leave the connection in order", () => {
    refusal(() => netlink.request(putRoute(route({ hops: [way("10.99.0.1")] }))));
    expect(links()).toHaveLength(3);
  });

  test("go on another thread with the same result", async () => {
    const wanted = route({ metric: 77 });
    await netlink.requestAsync(putRoute(wanted));
    await netlink.requestAsync(deleteRoute(wanted));
    await expect(netlink.requestAsync(deleteRoute(wanted))).rejects.toMatchObject({ errnoName: "ESRCH" });
  });

  test("of an unknown kind are refused", () => {
    const request = { operation: "do what nobody can", type: 0x7f, flags: FLAG.CREATE, body: new Uint8Array(16) };
    expect(refusal(() => netlink.request(request)).errnoName).toBe("EOPNOTSUPP");
  });
});

test("EPERM means that a capability is missing", () => {
  expect(new NetlinkError("put a route", { errno: 1, text: null }).code).toBe("not-permitted");
});
