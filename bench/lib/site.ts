import { PRESETS } from "../../src/core/detector/presets.ts";
import type { Family } from "../../src/core/family.ts";
import { type KernelState, MAIN_TABLE } from "../../src/core/kernel/kernel.ts";
import type { Settings, UplinkFamilySettings, UplinkSettings } from "../../src/core/settings.ts";
import { FAILOVER, NO_SCRIPTS, pings, uplinkSettings } from "../../test/fake/settings.ts";

/** How big a site is. */
export interface SiteSize {
  /** 1..31. */
  readonly uplinks: number;
  /** Probed through each uplink. */
  readonly targets: Readonly<Record<Family, number>>;
}

/** What the config's defaults make of two uplinks. */
export const USUAL_SITE: SiteSize = { uplinks: 2, targets: { ipv4: 3, ipv6: 2 } };
/** A big one. */
export const BIG_SITE: SiteSize = { uplinks: 16, targets: { ipv4: 4, ipv6: 4 } };

/** `2 × 5`. */
export const sizeText = ({ uplinks, targets }: SiteSize): string => `${uplinks} × ${targets.ipv4 + targets.ipv6}`;

/** Where the targets are (RFC 2544, RFC 3849). */
export const TARGET_NETWORKS = { ipv4: "198.18.0.0/15", ipv6: "2001:db8:f::/64" } as const;

/** An uplink's own addresses and gateways, by its place. */
export const addressesOf = (place: number) => ({
  ipv4: { address: `10.87.${place}.2`, gateway: `10.87.${place}.1`, prefixLength: 24 },
  ipv6: { address: `fd87:${place}::2`, gateway: `fd87:${place}::1`, prefixLength: 64 },
});

/** An uplink's interface. */
export const interfaceOf = (place: number): string => `wan${place}`;

const targetsOf = (family: Family, count: number): string[] =>
  Array.from({ length: count }, (_, index) =>
    family === "ipv4" ? `198.18.0.${index + 1}` : `2001:db8:f::${index + 1}`,
  );

const familySettings = (family: Family, count: number): UplinkFamilySettings => ({
  method: "external",
  address: null,
  gateway: null,
  masquerade: false,
  targets: pings(...targetsOf(family, count)),
  resolvers: [],
  routes: [],
});

/** The settings of a site: uplinks in tiers of their own, `balanced` unless said otherwise. */
export const settingsFor = (
  { uplinks, targets }: SiteSize,
  detection: UplinkSettings["detection"] = PRESETS.balanced,
): Settings => {
  const families = { ipv4: familySettings("ipv4", targets.ipv4), ipv6: familySettings("ipv6", targets.ipv6) };
  const one = (_: unknown, place: number): UplinkSettings =>
    uplinkSettings(
      { name: interfaceOf(place), interface: interfaceOf(place), tier: place + 1 },
      { families, detection },
    );
  return {
    failover: FAILOVER,
    scripts: NO_SCRIPTS,
    asterisk: null,
    steering: [],
    uplinks: Array.from({ length: uplinks }, one),
  };
};

/** A kernel as a site's would be before we touch it. */
export const imaginedKernel = ({ uplinks }: SiteSize): KernelState => {
  const places = Array.from({ length: uplinks }, (_, place) => place);
  const each = <Item>(make: (place: number, family: Family) => Item): Item[] =>
    places.flatMap((place) => [make(place, "ipv4"), make(place, "ipv6")]);
  const link = (place: number): number => place + 2;
  return {
    links: places.map((place) => ({
      index: link(place),
      name: interfaceOf(place),
      adminUp: true,
      carrier: true,
      pointToPoint: false,
    })),
    addresses: each((place, family) => {
      const { address, prefixLength } = addressesOf(place)[family];
      return { family, link: link(place), address, peer: null, prefixLength, global: true, protocol: 0 };
    }),
    routes: each((place, family) => ({
      family,
      table: MAIN_TABLE,
      destination: "default",
      metric: 100 + place,
      protocol: 3,
      type: "unicast",
      hops: [{ gateway: addressesOf(place)[family].gateway, link: link(place), weight: 1, onlink: false }],
      source: null,
      expiresInMs: null,
    })),
    rules: [],
    qdiscs: [],
    sysctls: {},
    firewall: null,
  };
};
