import { describe, expect, test } from "vitest";
import type { Hop, KernelState } from "../../src/core/kernel/kernel.ts";
import { findPath, GATEWAY_GRACE_MS, type Path, samePath, type UsablePath } from "../../src/core/path/path.ts";
import { address, foreignDefault, hop, kernelState, link } from "../fake/kernel-state.ts";
import { FIBER, uplinkSettings } from "../fake/settings.ts";

const NOW = 50_000;
const UPLINKS = ["eth0", "wwan0"];

const find = (kernel: KernelState, search: Partial<Parameters<typeof findPath>[0]> = {}): Path =>
  findPath({
    uplink: FIBER,
    leased: null,
    device: "eth0",
    family: "ipv4",
    kernel,
    uplinkInterfaces: UPLINKS,
    before: null,
    now: NOW,
    ...search,
  });

const USABLE: UsablePath = {
  usable: true,
  link: 3,
  gateway: "203.0.113.1",
  onlink: false,
  addresses: ["203.0.113.2"],
  expiresAt: Number.POSITIVE_INFINITY,
  source: null,
  graceUntil: null,
};

test("a path is an interface with carrier, an address and a gateway", () => {
  expect(find(kernelState())).toEqual(USABLE);
});

test.each<[string, Partial<KernelState>, number | null]>([
  ["the interface eth0 is missing", { links: [link(2, "lan0")] }, null],
  ["the interface eth0 is switched off", { links: [link(3, "eth0", { adminUp: false, carrier: false })] }, 3],
  ["no carrier on eth0", { links: [link(3, "eth0", { carrier: false })] }, 3],
  ["no IPv4 address on eth0", { addresses: [address(4, "198.51.100.2")] }, 3],
  ["no IPv4 address on eth0", { addresses: [address(3, "169.254.3.4", { global: false })] }, 3],
  ["no IPv4 gateway on eth0", { routes: [foreignDefault("ipv4", [hop(4, "198.51.100.1")])] }, 3],
  ["no IPv4 gateway on eth0", { routes: [] }, 3],
])("lost: %s", (reason, kernel, index) => {
  expect(find(kernelState(kernel))).toEqual({ usable: false, reason, link: index, bereft: false });
});

test.each([
  [
    "the lowest metric",
    [
      { gateway: "203.0.113.7", metric: 20 },
      { gateway: "203.0.113.9", metric: 10 },
    ],
    "203.0.113.9",
  ],
  ["not our own", [{ gateway: "203.0.113.7", metric: 1, protocol: 87 }, { gateway: "203.0.113.9" }], "203.0.113.9"],
  ["not of another table", [{ gateway: "203.0.113.7", table: 100 }, { gateway: "203.0.113.9" }], "203.0.113.9"],
  [
    "not an expired one",
    [{ gateway: "203.0.113.7", expiresInMs: 0, metric: 1 }, { gateway: "203.0.113.9" }],
    "203.0.113.9",
  ],
])("of several defaults %s teaches the gateway", (_, routes, gateway) => {
  const all = routes.map(({ gateway: via, ...changes }) => foreignDefault("ipv4", [hop(3, via)], changes));
  expect(find(kernelState({ routes: all }))).toMatchObject({ gateway });
});

test("a multipath default teaches each uplink its own gateway", () => {
  const routes = [foreignDefault("ipv4", [hop(4, "198.51.100.1"), hop(3, "203.0.113.1")])];
  expect(find(kernelState({ routes }))).toMatchObject({ gateway: "203.0.113.1" });
});

test("a configured gateway needs no route and is taken to be on the link", () => {
  const families = { ...FIBER.families, ipv4: { ...FIBER.families.ipv4, gateway: "203.0.113.77" } };
  const uplink = uplinkSettings(FIBER, { families });
  expect(find(kernelState({ routes: [] }), { uplink })).toMatchObject({ gateway: "203.0.113.77", onlink: true });
});

test("the source that a default asks for is learned with its gateway, but not of a multipath route", () => {
  const asking = (...hops: Hop[]) =>
    find(kernelState({ routes: [foreignDefault("ipv4", hops, { source: "203.0.113.5" })] }));
  const via = hop(3, "203.0.113.1");
  expect(asking(via)).toMatchObject({ source: "203.0.113.5" });
  expect(asking(via, hop(4, "198.51.100.1"))).toMatchObject({ source: null });
  expect(samePath(asking(via), { ...USABLE, source: null })).toBe(false);
});

test("a point-to-point link needs no gateway", () => {
  const links = [link(3, "eth0", { pointToPoint: true })];
  expect(find(kernelState({ links, routes: [] }))).toMatchObject({ usable: true, gateway: null });
});

test("what a router announces lasts as long as it says", () => {
  const routes = [foreignDefault("ipv4", [hop(3, "203.0.113.1")], { expiresInMs: 7000 })];
  expect(find(kernelState({ routes }))).toMatchObject({ expiresAt: NOW + 7000 });
});

describe("an IPv6 uplink without an address of its own", () => {
  const routes = [foreignDefault("ipv6", [hop(3, "fe80::1")])];
  const find6 = (addresses: KernelState["addresses"], before: Path | null = null): Path =>
    find(kernelState({ routes, addresses }), { family: "ipv6", before });

  test("is content with a delegated prefix on the LAN", () => {
    expect(find6([address(2, "2001:db8:a::1")])).toMatchObject({ usable: true, addresses: [], gateway: "fe80::1" });
  });

  test("misses the one that was withdrawn, until it has one again", () => {
    const lan = address(2, "2001:db8:a::1");
    const had = find6([lan, address(3, "2001:db8:1::2")]);
    const withdrawn = find6([lan], had);
    expect(withdrawn).toMatchObject({ usable: false, reason: "no IPv6 address on eth0" });
    expect(find6([lan], withdrawn)).toEqual(withdrawn);
    expect(find6([lan, address(3, "2001:db8:1::3")], withdrawn)).toMatchObject({ addresses: ["2001:db8:1::3"] });
  });

  test("can't use another uplink's address", () => {
    expect(find6([address(4, "2001:db8:2::2")])).toMatchObject({ reason: "no IPv6 address on eth0" });
  });
});

describe("a gateway that nobody announces any more", () => {
  const bare = kernelState({ routes: [] });

  test("is kept for a moment, since DHCP clients delete before they add", () => {
    expect(find(bare, { before: USABLE })).toEqual({ ...USABLE, graceUntil: NOW + GATEWAY_GRACE_MS });
  });

  test("is lost when the moment is over, however often the kernel was read meanwhile", () => {
    const graced = { ...USABLE, graceUntil: NOW };
    expect(find(bare, { before: graced, now: NOW - 1 })).toMatchObject({ usable: true, graceUntil: NOW });
    expect(find(bare, { before: graced })).toMatchObject({ usable: false });
  });

  test.each<[string, Path]>([
    ["of another link", { ...USABLE, link: 9 }],
    ["that wasn't known", { usable: false, reason: "no carrier on eth0", link: 3, bereft: false }],
  ])("isn't kept %s", (_, before) => {
    expect(find(bare, { before })).toMatchObject({ usable: false });
  });
});

test("paths are the same where routing and probing don't see a difference", () => {
  expect(samePath(USABLE, { ...USABLE, expiresAt: 3, graceUntil: 7 })).toBe(true);
  expect(samePath(USABLE, { ...USABLE, gateway: "203.0.113.3" })).toBe(false);
  expect(samePath(USABLE, { ...USABLE, addresses: ["203.0.113.2", "203.0.113.5"] })).toBe(false);
  expect(samePath(USABLE, { usable: false, reason: "no carrier on eth0", link: 3, bereft: false })).toBe(false);
});
