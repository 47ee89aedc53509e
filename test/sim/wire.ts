import type { Family } from "../../src/core/family.ts";

/** What a network configures on an interface in one family, by DHCP, PPP or router advertisements. */
export interface Lease {
  readonly address: string;
  readonly prefixLength: number;
  /** null on a point-to-point link. */
  readonly gateway: string | null;
  /** `rtm_protocol` of the default route: 3 boot, 9 RA, 16 dhcp. */
  readonly protocol: number;
  readonly metric: number;
  /** Of the default route, refreshed at a third of it; null: for ever. */
  readonly lifetimeMs: number | null;
}

/** A line and the interface that it ends in. */
export interface WireSettings {
  readonly uplink: string;
  readonly device: string;
  readonly pointToPoint: boolean;
  readonly rttMs: number;
  readonly leases: Readonly<Record<Family, Lease | null>>;
}

/** A line at this moment. Troubles are counted, since several may overlap. */
export interface Wire {
  readonly settings: WireSettings;
  /** Its interface's index while it exists. */
  link: number | null;
  leases: Readonly<Record<Family, Lease | null>>;
  carrierLosses: number;
  switchedOff: number;
  missing: number;
  /** The interface bears another name. */
  renamed: number;
  readonly withoutAddress: Record<Family, number>;
  readonly withoutGateway: Record<Family, number>;
  readonly blackholes: Record<Family, number>;
  /** Ratios 0..1 of packets that are lost on the way out and on the way in. */
  lossOut: number;
  lossIn: number;
  /** Added to the round trip. */
  delayMs: number;
  portals: number;
}

/** A line that works, not connected yet. */
export const newWire = (settings: WireSettings): Wire => ({
  settings,
  link: null,
  leases: settings.leases,
  carrierLosses: 0,
  switchedOff: 0,
  missing: 0,
  renamed: 0,
  withoutAddress: { ipv4: 0, ipv6: 0 },
  withoutGateway: { ipv4: 0, ipv6: 0 },
  blackholes: { ipv4: 0, ipv6: 0 },
  lossOut: 0,
  lossIn: 0,
  delayMs: 0,
  portals: 0,
});

/** Whether the line itself carries packets of a family. */
export const isOpen = (wire: Wire, family: Family): boolean =>
  wire.leases[family] !== null &&
  wire.blackholes[family] === 0 &&
  wire.carrierLosses === 0 &&
  wire.switchedOff === 0 &&
  wire.missing === 0;

const dhcp = (net: string, metric: number): Lease => ({
  address: `${net}.2`,
  prefixLength: 24,
  gateway: `${net}.1`,
  protocol: 16,
  metric,
  lifetimeMs: null,
});

const advertised = (place: number): Lease => ({
  address: `2001:db8:${place}::2`,
  prefixLength: 64,
  gateway: `fe80::${place}`,
  protocol: 9,
  metric: 1024 + place,
  lifetimeMs: 1_800_000,
});

/** A cable or fibre line with DHCP and router advertisements. */
export const FIBER_WIRE: WireSettings = {
  uplink: "fiber",
  device: "eth0",
  pointToPoint: false,
  rttMs: 8,
  leases: { ipv4: dhcp("203.0.113", 100), ipv6: advertised(1) },
};

export const LTE_WIRE: WireSettings = {
  uplink: "lte",
  device: "wwan0",
  pointToPoint: false,
  rttMs: 45,
  leases: { ipv4: dhcp("198.51.100", 200), ipv6: advertised(2) },
};

/** PPPoE: no gateway. */
export const DSL_WIRE: WireSettings = {
  uplink: "dsl",
  device: "ppp0",
  pointToPoint: true,
  rttMs: 25,
  leases: {
    ipv4: { address: "192.0.2.2", prefixLength: 32, gateway: null, protocol: 3, metric: 300, lifetimeMs: null },
    ipv6: null,
  },
};
