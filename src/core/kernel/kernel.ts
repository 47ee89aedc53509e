import type { Family } from "../family.ts";

/** Route and rule protocol of everything that is ours (`rtm_protocol`, `FRA_PROTOCOL`); unassigned in rtnetlink.h. */
export const PROTOCOL = 87;

/** `RT_TABLE_MAIN`. */
export const MAIN_TABLE = 254;

/** A network interface, as `RTM_NEWLINK` tells. */
export interface Link {
  readonly index: number;
  readonly name: string;
  /** `IFF_UP`: the admin wants it. */
  readonly adminUp: boolean;
  /** `IFF_LOWER_UP`: the line is there. */
  readonly carrier: boolean;
  /** `IFF_POINTOPOINT`: needs no gateway. */
  readonly pointToPoint: boolean;
}

/** An interface address that may be used as a source (tentative and duplicate ones are left out by the reader). */
export interface Address {
  readonly family: Family;
  /** The interface's index. */
  readonly link: number;
  readonly address: string;
  /** The other end's, on a point-to-point link that was told it; null elsewhere. */
  readonly peer: string | null;
  /** Of the network around the address, or around `peer`. */
  readonly prefixLength: number;
  /** `RT_SCOPE_UNIVERSE`; false for link-local and host addresses. */
  readonly global: boolean;
  /** `IFA_PROTO`: 0 nobody said, 1..3 the kernel and router advertisements, 87 ours; always 0 on kernels before 5.18. */
  readonly protocol: number;
}

/** One next hop. */
export interface Hop {
  /** null on a point-to-point link. */
  readonly gateway: string | null;
  /** The outgoing interface's index. */
  readonly link: number;
  /** 1..256, the share within a multipath route. */
  readonly weight: number;
  /** `RTNH_F_ONLINK`: the gateway is taken to be on the link although no address covers it. */
  readonly onlink: boolean;
}

/** A route. We read and write default routes and, with protocol 87, destinations of our own. */
export interface Route {
  readonly family: Family;
  readonly table: number;
  /** `default`, or a prefix such as `192.168.5.0/24`. */
  readonly destination: string;
  /** `RTA_PRIORITY`, lower wins; 0 is what IPv4 routes have when nobody said (IPv6: 1024). */
  readonly metric: number;
  /** `rtm_protocol`: 2 kernel, 3 boot, 4 static, 9 RA, 16 dhcp, 87 ours. */
  readonly protocol: number;
  readonly type: "unicast" | "unreachable";
  /** Empty for `unreachable`; several for multipath. */
  readonly hops: readonly Hop[];
  /** `RTA_PREFSRC`. */
  readonly source: string | null;
  /** Milliseconds from the reading until it expires (router advertisements), null when it doesn't. */
  readonly expiresInMs: number | null;
}

/** Ports, both ends included: 1..65535. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Packets that fit all of these; null fits every packet. */
export interface Traffic {
  /** Networks: `192.168.20.0/24`, a single address without a length. */
  readonly from: string | null;
  readonly to: string | null;
  /** The interface that they came in by. */
  readonly input: string | null;
  /** IP protocol number. */
  readonly transport: number | null;
  /** Where they come from. */
  readonly sourcePorts: PortRange | null;
  /** Where they go. */
  readonly ports: PortRange | null;
}

/** Every packet. */
export const ALL_TRAFFIC: Traffic = {
  ...{ from: null, to: null },
  ...{ input: null, transport: null, sourcePorts: null, ports: null },
};

/** Which packets a rule is for. */
export type RuleSelector =
  /** Of those with this mark, what fits `traffic`; all where it isn't said. */
  | { readonly mark: number; readonly mask: number; readonly traffic?: Traffic }
  | { readonly from: string }
  /** What this machine sends by sockets that are bound to this interface (`SO_BINDTODEVICE`). */
  | { readonly output: string }
  /** What this machine itself sends to this address, port 53. */
  | { readonly resolver: string };

/** A policy rule: the packets that `select` picks look up `table`. */
export interface Rule {
  readonly family: Family;
  readonly priority: number;
  readonly protocol: number;
  readonly select: RuleSelector;
  readonly table: number;
  /** `FRA_SUPPRESS_PREFIXLEN`: 0 leaves the default routes of `table` out. */
  readonly suppressPrefixLength: number | null;
}

/** What was read from the kernel in one go: all links and addresses, the default routes of table main, all that is ours. */
export interface KernelState {
  readonly links: readonly Link[];
  readonly addresses: readonly Address[];
  readonly routes: readonly Route[];
  readonly rules: readonly Rule[];
  /** Values by name below `/proc/sys` (`net/ipv4/conf/eth0/rp_filter`); what the kernel lacks is missing. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** The queueing disciplines at the root of interfaces that somebody, or we, put there. */
  readonly qdiscs: readonly Qdisc[];
  /** Our nft table as nft lists it (no counters), null where it doesn't exist. */
  readonly firewall: string | null;
}

/** A queueing discipline at the root of an interface. */
export interface Qdisc {
  /** The interface's index. */
  readonly link: number;
  /** `htb`, `cake`, … */
  readonly kind: string;
  /** The major number of its handle, 1..65535. */
  readonly handle: number;
}

/** One change to the kernel. Each is idempotent: putting what is there and deleting what is gone succeed. */
export type Edit =
  /** `IFF_UP`. */
  | { readonly kind: "switch-on"; readonly link: number }
  | { readonly kind: "put-address"; readonly address: Address }
  | { readonly kind: "delete-address"; readonly address: Address }
  | { readonly kind: "put-route"; readonly route: Route }
  | { readonly kind: "delete-route"; readonly route: Route }
  | { readonly kind: "put-rule"; readonly rule: Rule }
  | { readonly kind: "delete-rule"; readonly rule: Rule }
  | { readonly kind: "delete-qdisc"; readonly qdisc: Qdisc }
  | { readonly kind: "set-sysctl"; readonly name: string; readonly value: string }
  | { readonly kind: "load-firewall"; readonly ruleset: string }
  | { readonly kind: "delete-firewall" };

/** An edit that the kernel refused. */
export interface EditFailure {
  readonly edit: Edit;
  /** `ENETUNREACH` and the like. */
  readonly code: string;
  /** One sentence, with the kernel's extended acknowledgement where it gave one. */
  readonly message: string;
}
