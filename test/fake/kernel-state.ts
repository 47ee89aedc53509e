import type { Family } from "../../src/core/family.ts";
import {
  type Address,
  type Hop,
  type KernelState,
  type Link,
  MAIN_TABLE,
  type Route,
} from "../../src/core/kernel/kernel.ts";

/** A link that is up. */
export const link = (index: number, name: string, changes: Partial<Link> = {}): Link => ({
  index,
  name,
  adminUp: true,
  carrier: true,
  pointToPoint: false,
  ...changes,
});

/** A global address. */
export const address = (on: number, text: string, changes: Partial<Address> = {}): Address => ({
  family: text.includes(":") ? "ipv6" : "ipv4",
  link: on,
  address: text,
  peer: null,
  prefixLength: 24,
  global: true,
  protocol: 0,
  ...changes,
});

export const hop = (on: number, gateway: string | null, changes: Partial<Hop> = {}): Hop => ({
  gateway,
  link: on,
  weight: 1,
  onlink: false,
  ...changes,
});

/** A DHCP client's default route in table main. */
export const foreignDefault = (family: Family, hops: readonly Hop[], changes: Partial<Route> = {}): Route => ({
  family,
  table: MAIN_TABLE,
  destination: "default",
  metric: 100,
  protocol: 16,
  type: "unicast",
  hops,
  source: null,
  expiresInMs: null,
  ...changes,
});

/** A default route of ours in table main, preferred to all others. */
export const ourDefault = (hops: readonly Hop[], changes: Partial<Route> = {}): Route =>
  foreignDefault("ipv4", hops, { metric: 1, protocol: 87, ...changes });

/** A kernel with two uplinks' interfaces and a LAN. */
export const kernelState = (changes: Partial<KernelState> = {}): KernelState => ({
  links: [link(2, "lan0"), link(3, "eth0"), link(4, "wwan0")],
  addresses: [address(2, "192.168.1.1"), address(3, "203.0.113.2"), address(4, "198.51.100.2")],
  routes: [
    foreignDefault("ipv4", [hop(3, "203.0.113.1")]),
    foreignDefault("ipv4", [hop(4, "198.51.100.1")], { metric: 200 }),
  ],
  rules: [],
  qdiscs: [],
  sysctls: { "net/ipv6/conf/all/disable_ipv6": "0" },
  firewall: null,
  ...changes,
});
