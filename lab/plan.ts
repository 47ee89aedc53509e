import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../src/error.ts";

/** What a lab can be told. Everything has a default. */
export interface LabOptions {
  /** 1..16; 2 when not said. */
  readonly uplinks?: number;
  /**
   * Where IPv6 defaults come from. static: an admin's route, as for IPv4. advertised: real router advertisements, which
   * expire, and addresses made from them.
   */
  readonly ipv6Routes?: "static" | "advertised";
  /** The next hop of static IPv6 defaults; `link-local` when not said, as with real ISPs. */
  readonly ipv6Gateways?: "link-local" | "global";
  /**
   * The router's own firewall, which is the user's: `masquerade` when not said; `fixed`: SNAT to the uplink's address;
   * `prefix`: NPTv6 for IPv6, masquerade for IPv4; `none`: the product translates, or nobody.
   */
  readonly nat?: Nat;
  /** `net.ipv4.conf.*.rp_filter` of the router: 0, the kernel's default, when not said. */
  readonly reversePathFilter?: 0 | 1 | 2;
  /**
   * IPv4 ranges that collide. same-subnet: every ISP hands out 192.168.1.0/24 with the gateway 192.168.1.1; lan: the
   * standby's subnet is the LAN's. The ISPs translate then, as such boxes do.
   */
  readonly overlap?: "none" | "same-subnet" | "lan";
  /** Interfaces that nobody sets up in the router: the product is to, with what the ISP lends. */
  readonly leased?: readonly string[];
  /** A user-space relay in each line, whose delay, jitter, loss and rate can be changed live. */
  readonly wire?: boolean;
  /** Addresses that answer in the internet; the product's default targets when not said. */
  readonly targets?: readonly string[];
}

export type Nat = "masquerade" | "fixed" | "prefix" | "none";

/** One uplink's addresses in one family. */
export interface UplinkFamilyPlan {
  /** The router's own; null where it makes its own from router advertisements. */
  readonly address: string | null;
  readonly prefixLength: number;
  readonly gateway: string;
  /** What the ISP accepts as a source, and drops everything else. */
  readonly range: string;
  /** How each address begins that the internet sees for this uplink. */
  readonly seenAs: string;
  /** What the internet must connect to for reaching the router through this uplink, null where it can't. */
  readonly inbound: string | null;
}

export interface UplinkPlan {
  readonly index: number;
  /** The router's interface: `wan0`. */
  readonly name: string;
  /** The namespace's role: `isp-a`. */
  readonly isp: string;
  readonly ipv4: UplinkFamilyPlan;
  readonly ipv6: UplinkFamilyPlan;
  /** The prefix that the ISP delegates to the LAN, for NPTv6. */
  readonly delegated: string;
  /** The metric of the foreign default route: 100, 200, … */
  readonly metric: number;
}

/** All names and addresses of one lab. Plain data; nothing exists yet. */
export interface LabPlan {
  /** Unique on the machine; every namespace's name begins with it. */
  readonly name: string;
  readonly directory: string;
  readonly uplinks: readonly UplinkPlan[];
  readonly targets: readonly string[];
  readonly options: Required<LabOptions>;
}

export const MOST_UPLINKS = 16;

/** The product's default targets; inside the lab they are addresses of its own internet. */
const DEFAULT_TARGETS = ["1.1.1.1", "8.8.8.8", "9.9.9.9", "2606:4700:4700::1111", "2001:4860:4860::8888"];

/** The LAN; `router` and `client` are the addresses' last parts. */
export const LAN = {
  ipv4: { router: "192.168.77.1", client: "192.168.77.10", prefix: "192.168.77.0/24" },
  ipv6: { router: "fd77:1:1:1::1", client: "fd77:1:1:1::10", prefix: "fd77:1:1:1::/64" },
} as const;

/** The echo server in the internet (RFC 5737, RFC 3849). */
export const ECHO = { ipv4: "192.0.2.80", ipv6: "2001:db8:ffff::80", port: 7 } as const;

/** Where inbound connections knock: the router's own server, and a port that is passed on to the LAN client's. */
export const DOORS = { router: 7001, client: 7002 } as const;

export type Door = keyof typeof DOORS;

/** ISPs' own IPv6 next hop. */
export const LINK_LOCAL_GATEWAY = "fe80::1";

/** The interface names at an ISP: the router's line, the relay's end of it where there is a wire, the one to the internet. */
export const ISP_LINE = "line0";
export const ISP_RELAY = "relay0";
export const ISP_UPSTREAM = "up0";

/** The ISP's interface that holds the gateway: the line itself, or the relay's far end. */
export const accessOf = (plan: LabPlan): string => (plan.options.wire ? "access0" : ISP_LINE);

/** The full name of a role's namespace: `wf1a2b3c-router`. */
export const namespaceOf = (plan: LabPlan, role: string): string => `${plan.name}-${role}`;

/** Whether the router's end of an uplink is left to the product. */
export const isLeased = ({ options }: LabPlan, { name }: UplinkPlan): boolean => options.leased.includes(name);

/** All roles of the lab, each a namespace. */
export const rolesOf = (plan: LabPlan): string[] => [
  "client",
  "router",
  ...plan.uplinks.map((uplink) => uplink.isp),
  "internet",
];

/** The uplink with an interface name. Throws where there is none. */
export const uplinkNamed = (plan: LabPlan, name: string): UplinkPlan => {
  const uplink = plan.uplinks.find((candidate) => candidate.name === name);
  if (uplink === undefined) throw new AppError("lab-unavailable", `The lab has no uplink ${name}.`);
  return uplink;
};

/** RFC 5737 for the first two, RFC 6598 (carrier-grade NAT) for the others: the first three octets of a /24. */
const publicNetwork = (index: number): string => ["203.0.113", "198.51.100"][index] ?? `100.64.${index}`;

const overlappedIpv4 = (index: number, network: string): UplinkFamilyPlan => ({
  address: network === "192.168.1" ? `192.168.1.${index + 2}` : "192.168.77.253",
  prefixLength: 24,
  gateway: network === "192.168.1" ? "192.168.1.1" : "192.168.77.254",
  range: `${network}.0/24`,
  seenAs: `${publicNetwork(index)}.`,
  inbound: null,
});

const planIpv4 = (index: number, { overlap, leased }: Required<LabOptions>): UplinkFamilyPlan => {
  if (overlap === "same-subnet") return overlappedIpv4(index, "192.168.1");
  if (overlap === "lan" && index === 1) return overlappedIpv4(index, "192.168.77");
  const network = publicNetwork(index);
  return {
    address: `${network}.2`,
    prefixLength: leased.includes(interfaceOf(index)) ? 24 : 30,
    gateway: `${network}.1`,
    range: `${network}.0/24`,
    seenAs: `${network}.`,
    inbound: `${network}.2`,
  };
};

const planIpv6 = (index: number, options: Required<LabOptions>): UplinkFamilyPlan => {
  const network = `2001:db8:${(index + 10).toString(16)}`;
  const address = options.ipv6Routes === "static" ? `${network}::2` : null;
  return {
    address,
    prefixLength: 64,
    gateway: options.ipv6Gateways === "global" ? `${network}::1` : LINK_LOCAL_GATEWAY,
    range: `${network}::/48`,
    seenAs: `${network}:`,
    inbound: address,
  };
};

const interfaceOf = (index: number): string => `wan${index}`;

const planUplink = (index: number, options: Required<LabOptions>): UplinkPlan => ({
  index,
  name: interfaceOf(index),
  isp: `isp-${String.fromCharCode(97 + index)}`,
  ipv4: planIpv4(index, options),
  ipv6: planIpv6(index, options),
  delegated: `2001:db8:${(index + 10).toString(16)}:100::/64`,
  metric: 100 * (index + 1),
});

const completed = (options: LabOptions): Required<LabOptions> => ({
  uplinks: 2,
  ipv6Routes: "static",
  ipv6Gateways: "link-local",
  nat: "masquerade",
  reversePathFilter: 0,
  overlap: "none",
  leased: [],
  wire: false,
  targets: DEFAULT_TARGETS,
  ...options,
});

const checked = (options: Required<LabOptions>): Required<LabOptions> => {
  if (Number.isInteger(options.uplinks) && options.uplinks >= 1 && options.uplinks <= MOST_UPLINKS) return options;
  throw new AppError("lab-unavailable", `A lab has 1 to ${MOST_UPLINKS} uplinks, not ${options.uplinks}.`);
};

/** Names and addresses for a new lab. Throws AppError where the options make no sense. */
export const planLab = (given: LabOptions): LabPlan => {
  const options = checked(completed(given));
  const name = `wf${randomBytes(3).toString("hex")}`;
  return {
    name,
    directory: join(tmpdir(), `${name}-lab`),
    uplinks: Array.from({ length: options.uplinks }, (_, index) => planUplink(index, options)),
    targets: options.targets,
    options,
  };
};
