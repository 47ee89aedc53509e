import { describe, expect, test } from "vitest";
import { type KernelState, PROTOCOL } from "../../src/core/kernel/kernel.ts";
import { type FamilyRouting, type Wanted, wanted } from "../../src/core/kernel/wanted.ts";
import { start } from "../../src/core/start.ts";
import type { UplinkState } from "../../src/core/state.ts";
import { step } from "../../src/core/step.ts";
import { foreignDefault, hop, kernelState, link } from "../fake/kernel-state.ts";
import { DSL, FIBER, LTE, settingsOf } from "../fake/settings.ts";

const SYSCTLS = {
  "net/ipv4/conf/all/rp_filter": "0",
  "net/ipv4/conf/eth0/rp_filter": "1",
  "net/ipv4/conf/eth0/src_valid_mark": "0",
  "net/ipv4/conf/wwan0/rp_filter": "2",
  "net/ipv4/conf/eth0/ignore_routes_with_linkdown": "0",
  "net/ipv6/conf/all/disable_ipv6": "0",
};

const uplinksOf = (kernel: KernelState, settings = settingsOf()): readonly UplinkState[] =>
  step(start({ settings, memory: null, seed: 1, now: 0 }), { kind: "kernel-read", kernel }, 0).state.uplinks;

const NOBODY: FamilyRouting = { carrying: [], standbys: [], refuse: false, steerings: [] };

const want = (
  ipv4: Partial<FamilyRouting>,
  kernel = kernelState({ sysctls: SYSCTLS }),
  settings = settingsOf(),
): Wanted =>
  wanted({
    uplinks: uplinksOf(kernel, settings),
    share: settings.failover.share,
    kernel,
    routing: { ipv4: { ...NOBODY, ...ipv4 }, ipv6: NOBODY },
  });

const mains = ({ routes }: Wanted): readonly string[] =>
  routes
    .filter(({ table, protocol }) => table === 254 && protocol === PROTOCOL)
    .map(({ metric, type, hops }) => `${metric} ${type} ${hops.map(({ gateway, weight }) => `${gateway}*${weight}`)}`);

describe("table main", () => {
  test.each<[string, Partial<FamilyRouting>, readonly string[]]>([
    [
      "who carries, then who stands by",
      { carrying: ["fiber"], standbys: ["lte"] },
      ["1 unicast 203.0.113.1*1", "2 unicast 198.51.100.1*1"],
    ],
    ["shared by weight", { carrying: ["fiber", "lte"] }, ["1 unicast 203.0.113.1*1,198.51.100.1*1"]],
    ["nobody before anything is decided", {}, []],
    ["who carried last, also while all is refused", { carrying: ["fiber"], refuse: true }, ["1 unicast 203.0.113.1*1"]],
  ])("holds %s", (_, routing, expected) => {
    expect(mains(want(routing))).toEqual(expected);
  });

  test("ranks without a gap when who carries has no path", () => {
    const kernel = kernelState({ links: [link(4, "wwan0")], sysctls: SYSCTLS });
    expect(mains(want({ carrying: ["fiber"], standbys: ["lte"] }, kernel))).toEqual(["1 unicast 198.51.100.1*1"]);
  });
});

test("our defaults keep the source that the foreign one asks for, but a shared one can't", () => {
  const routes = [
    foreignDefault("ipv4", [hop(3, "203.0.113.1")], { source: "203.0.113.5" }),
    foreignDefault("ipv4", [hop(4, "198.51.100.1")], { metric: 200 }),
  ];
  const sources = (routing: Partial<FamilyRouting>): readonly (string | null)[] =>
    want(routing, kernelState({ routes, sysctls: SYSCTLS })).routes.map(({ source }) => source);
  expect(sources({ carrying: ["lte"], standbys: ["fiber"] })).toEqual([null, "203.0.113.5", "203.0.113.5", null]);
  expect(sources({ carrying: ["fiber", "lte"] })).toEqual([null, "203.0.113.5", null]);
});

test("each uplink with a path has a table of its own", () => {
  const tables = want({ carrying: ["fiber"] }).routes.filter(({ table }) => table > 8700);
  expect(tables.map(({ table, hops }) => `${table} ${hops[0]?.gateway}`)).toEqual([
    "8701 203.0.113.1",
    "8702 198.51.100.1",
  ]);
});

test("marks, own addresses and what is bound to the interface lead to the uplink's table, but first to main without its default", () => {
  const rules = want({}).rules.filter(({ family, table }) => family === "ipv4" && table !== 8702);
  expect(rules.slice(0, 6)).toMatchObject([
    { priority: 18_700, select: { mark: 0x0100_0000, mask: 0x1f00_0000 }, table: 254, suppressPrefixLength: 0 },
    { priority: 18_701, select: { mark: 0x0100_0000, mask: 0x1f00_0000 }, table: 8701, suppressPrefixLength: null },
    { priority: 18_702, select: { from: "203.0.113.2" }, table: 254, suppressPrefixLength: 0 },
    { priority: 18_703, select: { from: "203.0.113.2" }, table: 8701, suppressPrefixLength: null },
    { priority: 18_824, select: { output: "eth0" }, table: 254, suppressPrefixLength: 0 },
    { priority: 18_825, select: { output: "eth0" }, table: 8701, suppressPrefixLength: null },
  ]);
});

test("a refused family finds nothing but LAN and VPN routes, unless it is pinned to an uplink", () => {
  const { routes, rules } = want({ carrying: ["fiber"], refuse: true });
  expect(routes.filter(({ table }) => table === 8700)).toMatchObject([{ type: "unreachable", hops: [], metric: 1 }]);
  expect(rules.slice(-2)).toMatchObject([
    { priority: 32_764, select: { mark: 0, mask: 0x1f00_0000 }, table: 254, suppressPrefixLength: 0 },
    { priority: 32_765, select: { mark: 0, mask: 0x1f00_0000 }, table: 8700, suppressPrefixLength: null },
  ]);
});

test("an unused family has no rules and no routes", () => {
  const settings = settingsOf([
    { ...DSL, interface: "eth0", families: { ...DSL.families, ipv6: { ...DSL.families.ipv6, method: "none" } } },
  ]);
  expect(want({}, undefined, settings).rules.every(({ family }) => family === "ipv4")).toBe(true);
});

test("a kernel without IPv6 is asked for none of it", () => {
  const { "net/ipv6/conf/all/disable_ipv6": _, ...sysctls } = SYSCTLS;
  expect(want({}, kernelState({ sysctls })).rules.every(({ family }) => family === "ipv4")).toBe(true);
});

describe("foreign defaults", () => {
  const displaced = (routes: KernelState["routes"]): readonly string[] =>
    want({ carrying: ["fiber"] }, kernelState({ routes, sysctls: SYSCTLS })).displaced.map(
      ({ metric, hops }) => `${metric} ${hops.map(({ link: index }) => index)}`,
    );
  const fiber = [hop(3, "203.0.113.1")];
  const vpn = [hop(9, null)];

  test.each<[string, KernelState["routes"], readonly string[]]>([
    ["outrank ours: displaced", [foreignDefault("ipv4", fiber, { metric: 0 })], ["0 3"]],
    ["have a metric of ours: displaced", [foreignDefault("ipv4", fiber, { metric: 2 })], ["2 3"]],
    ["are a VPN's that outranks ours: its owner's business", [foreignDefault("ipv4", vpn, { metric: 0 })], []],
    [
      "are a VPN's with a metric of ours: displaced rather than overwritten",
      [foreignDefault("ipv4", vpn, { metric: 1 })],
      ["1 9"],
    ],
    ["have a higher metric: left alone", [foreignDefault("ipv4", fiber, { metric: 3 })], []],
    ["expire: left alone", [foreignDefault("ipv4", fiber, { metric: 0, expiresInMs: 1000 })], []],
  ])("that %s", (_, routes, expected) => {
    expect(displaced(routes)).toEqual(expected);
  });

  test("are copied before ours are put", () => {
    const kernel = kernelState({ routes: [foreignDefault("ipv4", fiber, { metric: 1 })], sysctls: SYSCTLS });
    expect(want({ carrying: ["fiber"] }, kernel).routes[0]).toMatchObject({ metric: 87_000_001, protocol: 16 });
  });
});

test("sysctls: dead links are passed over, strict filters become loose and heed marks, shared tiers balance by flow", () => {
  expect(want({}).sysctls).toEqual({
    "net/ipv4/conf/eth0/ignore_routes_with_linkdown": "1",
    "net/ipv4/conf/eth0/rp_filter": "2",
    "net/ipv4/conf/eth0/src_valid_mark": "1",
  });
  const sysctls = { ...SYSCTLS, "net/ipv4/fib_multipath_hash_policy": "0" };
  const shared = settingsOf([FIBER, { ...LTE, tier: 1 }]);
  expect(want({}, kernelState({ sysctls }), shared).sysctls).toMatchObject({
    "net/ipv4/fib_multipath_hash_policy": "1",
  });
  expect(want({}, kernelState({ sysctls })).sysctls).not.toHaveProperty("net/ipv4/fib_multipath_hash_policy");
  const byHost = settingsOf([FIBER, { ...LTE, tier: 1 }], { share: "host" });
  expect(want({}, kernelState({ sysctls }), byHost).sysctls).toMatchObject({
    "net/ipv4/fib_multipath_hash_policy": "0",
  });
  const knowing = { ...sysctls, "net/ipv4/fib_multipath_hash_fields": "7" };
  expect(want({}, kernelState({ sysctls: knowing }), byHost).sysctls).toMatchObject({
    "net/ipv4/fib_multipath_hash_fields": "1",
    "net/ipv4/fib_multipath_hash_policy": "3",
  });
});
