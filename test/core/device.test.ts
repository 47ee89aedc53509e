import { expect, test } from "vitest";
import type { KernelState } from "../../src/core/kernel/kernel.ts";
import { deviceOf } from "../../src/core/path/device.ts";
import { findPath } from "../../src/core/path/path.ts";
import type { UplinkSettings } from "../../src/core/settings.ts";
import { address, kernelState, link } from "../fake/kernel-state.ts";
import { LTE } from "../fake/settings.ts";

const behind = (gateways: { ipv4?: string; ipv6?: string }): UplinkSettings => ({
  ...LTE,
  interface: null,
  families: {
    ipv4: { ...LTE.families.ipv4, gateway: gateways.ipv4 ?? null },
    ipv6: { ...LTE.families.ipv6, gateway: gateways.ipv6 ?? null },
  },
});

const tunnel = link(9, "wg0", { pointToPoint: true });
const KERNEL = kernelState({
  links: [...kernelState().links, tunnel],
  addresses: [
    ...kernelState().addresses,
    address(2, "192.168.0.1", { prefixLength: 16 }),
    address(2, "fd00::1", { prefixLength: 64 }),
    address(9, "10.4.1.1"),
  ],
});

test.each([
  ["a router on the LAN, which others use too", { ipv4: "192.168.1.254" }, { name: "lan0", shared: true }],
  ["one in a wider network of it", { ipv4: "192.168.7.7" }, { name: "lan0", shared: true }],
  ["a router of IPv6 alone", { ipv6: "fd00::fe" }, { name: "lan0", shared: true }],
  ["the far end of a VPN, which is the uplink's own", { ipv4: "10.4.1.100" }, { name: "wg0", shared: false }],
  ["an address of our own", { ipv4: "10.4.1.1" }, null],
  ["an address in nobody's network", { ipv4: "172.20.0.1" }, null],
])("without an interface, the gateway says which: %s", (_, gateways, device) => {
  expect(deviceOf(behind(gateways), KERNEL)).toEqual(device);
});

test("the longest network counts", () => {
  const addresses = [...KERNEL.addresses, address(9, "192.168.1.250", { prefixLength: 30 })];
  expect(deviceOf(behind({ ipv4: "192.168.1.249" }), { ...KERNEL, addresses })?.name).toBe("wg0");
});

test("the peer of a point-to-point link is beside it, and its own address is not", () => {
  const addresses = [address(9, "10.99.0.2", { peer: "10.99.0.1", prefixLength: 32 })];
  expect(deviceOf(behind({ ipv4: "10.99.0.1" }), { ...KERNEL, addresses })?.name).toBe("wg0");
});

const pathTo = (uplink: UplinkSettings, kernel: KernelState, family: "ipv4" | "ipv6") =>
  findPath({
    uplink,
    leased: null,
    device: deviceOf(uplink, kernel)?.name ?? null,
    family,
    kernel,
    uplinkInterfaces: ["eth0"],
    before: null,
    now: 0,
  });

test("a gateway that no interface can reach is no path, and neither is one beside another interface", () => {
  const both = behind({ ipv4: "10.4.1.100", ipv6: "fd00::fe" });
  expect(pathTo(both, KERNEL, "ipv4")).toMatchObject({ usable: true, link: 9, gateway: "10.4.1.100" });
  expect(pathTo(both, KERNEL, "ipv6")).toMatchObject({ reason: "the gateway fd00::fe is in no network of wg0" });
  expect(pathTo(behind({ ipv4: "172.20.0.1" }), KERNEL, "ipv4")).toMatchObject({
    usable: false,
    link: null,
    reason: "no interface is in the network of the gateway 172.20.0.1",
  });
});
