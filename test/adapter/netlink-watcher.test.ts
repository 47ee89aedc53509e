import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { KernelHint } from "../../src/adapter/kernel/hint.ts";
import { NETLINK_ROUTE, type Netlink, openNetlink } from "../../src/adapter/kernel/netlink.ts";
import { type KernelWatcher, type WatcherOptions, watchKernel } from "../../src/adapter/kernel/watcher.ts";
import { decodeLink, listLinks } from "../../src/codec/link.ts";
import { deleteRoute, putRoute, type RouteMessage } from "../../src/codec/route.ts";
import { ANY_PACKET, addRule, deleteRule } from "../../src/codec/rule.ts";
import { hop, ourDefault } from "../fake/kernel-state.ts";
import { enterNamespace, type Namespace } from "../fake/namespace.ts";
import { until } from "./until.ts";

let space: Namespace;
let netlink: Netlink;
let link: number;
let watcher: KernelWatcher | undefined;
let calls: (readonly KernelHint[])[] = [];

const kinds = (): string[] => calls.flat().map(({ kind }) => kind);

const start = (options: Partial<WatcherOptions> = {}): void => {
  watcher = watchKernel({ table: "wan_failover", onChange: (hints) => void calls.push(hints), ...options });
};

/** Long enough for what was caused before to have been heard. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100));

const route = (changes: Partial<RouteMessage> = {}): RouteMessage => ourDefault([hop(link, "203.0.113.1")], changes);

beforeAll(async () => {
  space = enterNamespace();
  space.ip("link", "add", "wan0", "type", "veth", "peer", "name", "isp0");
  for (const name of ["wan0", "isp0"]) {
    space.run("sysctl", "-qw", `net.ipv6.conf.${name}.disable_ipv6=1`);
    space.ip("link", "set", name, "up");
  }
  space.ip("address", "add", "203.0.113.2/24", "dev", "wan0");
  netlink = openNetlink({ protocol: NETLINK_ROUTE });
  const links = netlink.dump({ request: listLinks(), pick: ({ body }) => decodeLink(body) });
  link = links.find(({ name }) => name === "wan0")?.index ?? 0;
  await settle();
});

beforeEach(() => {
  calls = [];
});

afterEach(async () => {
  await settle();
  watcher?.close();
});

afterAll(() => {
  netlink?.close();
  space?.dispose();
});

describe("the watcher", () => {
  test("tells of links, addresses, routes and rules", async () => {
    start();
    space.ip("link", "set", "isp0", "alias", "x");
    await until(() => kinds().includes("link-changed"));
    space.ip("address", "add", "10.0.0.1/24", "dev", "wan0");
    await until(() => kinds().includes("address-changed"));
    netlink.request(putRoute(route()));
    await until(() => kinds().includes("route-changed"));
    space.ip("rule", "add", "priority", "18700", "lookup", "8701", "protocol", "87");
    await until(() => kinds().includes("rule-changed"));
  });

  test("tells of default routes whoever made them, and of ours wherever they lead", async () => {
    start();
    for (const changes of [{ protocol: 16, metric: 100 }, { destination: "192.168.5.0/24" }, { table: 8701 }]) {
      calls = [];
      netlink.request(putRoute(route(changes)));
      await until(() => kinds().includes("route-changed"));
      calls = [];
      netlink.request(deleteRoute(route(changes)));
      await until(() => kinds().includes("route-changed"));
    }
  });

  test("passes over other people's routes, rules and tables", async () => {
    start();
    netlink.request(putRoute(route({ protocol: 12, destination: "192.168.6.0/24" })));
    space.ip("rule", "add", "priority", "100", "from", "10.0.0.0/8", "lookup", "main");
    space.run("nft", "add table inet other; add chain inet other c; add table ip wan_failover");
    await settle();
    expect(calls).toEqual([]);
  });

  test("tells of every rule that goes, for it may have been ours", async () => {
    const rule = {
      family: "ipv4",
      priority: 101,
      protocol: 4,
      ...ANY_PACKET,
      from: "10.0.0.9",
      table: 254,
      suppressPrefixLength: null,
    } as const;
    netlink.request(addRule(rule));
    start();
    netlink.request(deleteRule(rule));
    await until(() => kinds().includes("rule-changed"));
  });

  test("tells of our nft table", async () => {
    start();
    space.run("nft", "add table inet wan_failover");
    await until(() => kinds().includes("firewall-changed"));
    calls = [];
    space.run("nft", "flush ruleset");
    await until(() => kinds().includes("firewall-changed"));
    expect(new Set(kinds())).toEqual(new Set(["firewall-changed"]));
  });

  test("tells of a neighbour that nobody answers for", async () => {
    start();
    space.run("sysctl", "-qw", "net.ipv4.neigh.wan0.mcast_solicit=1", "net.ipv4.neigh.wan0.retrans_time_ms=50");
    try {
      space.run("ping", "-c", "1", "-W", "1", "203.0.113.77");
    } catch {
      // Nobody is there: that is the point.
    }
    await until(() => kinds().includes("neighbour-failed"));
    expect(calls.flat()).toContainEqual({ kind: "neighbour-failed", link, address: "203.0.113.77" });
  });

  test("calls once for a burst, each hint once", async () => {
    start();
    for (let metric = 200; metric < 300; metric += 1) netlink.request(putRoute(route({ metric })));
    for (let metric = 200; metric < 300; metric += 1) netlink.request(deleteRoute(route({ metric })));
    await until(() => calls.length > 0);
    await settle();
    expect(calls).toEqual([[{ kind: "route-changed" }]]);
  });

  test("says so when messages were lost, and hears on", async () => {
    start({ receiveBuffer: 2048 });
    for (let metric = 200; metric < 400; metric += 1) netlink.request(putRoute(route({ metric })));
    await until(() => kinds().includes("overrun"));
    for (let round = 0; round < 3; round += 1) {
      calls = [];
      netlink.request(deleteRoute(route({ metric: 200 + round })));
      await until(() => kinds().includes("route-changed"));
      expect(kinds()).not.toContain("overrun");
    }
  });

  test("is silent once it is closed", async () => {
    start();
    watcher?.close();
    watcher = undefined;
    netlink.request(putRoute(route({ metric: 500 })));
    await settle();
    expect(calls).toEqual([]);
  });
});
