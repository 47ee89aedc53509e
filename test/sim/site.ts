import type { AskGateway, SendProbe } from "../../src/core/command.ts";
import { FAMILIES, type Family } from "../../src/core/family.ts";
import { type Edit, type Link, MAIN_TABLE, PROTOCOL } from "../../src/core/kernel/kernel.ts";
import { targetText } from "../../src/core/target/target.ts";
import type { Agenda } from "./agenda.ts";
import {
  editKernel,
  type FakeKernel,
  type Refusal,
  type StoredRoute,
  withAddress,
  withLink,
  withoutAddresses,
  withoutLink,
  withoutRoutes,
  withRoute,
} from "./kernel.ts";
import { lookup, passesFilter } from "./lookup.ts";
import type { Random } from "./random.ts";
import { isOpen, type Lease, newWire, type Wire, type WireSettings } from "./wire.ts";

/** What becomes of a probe. */
export type Fate = { readonly rttMs: number; readonly portal: boolean } | { readonly error: string } | "lost";

/** The machine and its lines, without the daemon. */
export interface Site {
  /** Plugs the lines in and configures them. */
  connect(): void;
  kernel(): FakeKernel;
  /** Somebody who is not the daemon changes the kernel. */
  change(how: (kernel: FakeKernel) => FakeKernel): void;
  /** The daemon does. */
  edit(edit: Edit): Refusal | null;
  /** Refuses edits that the kernel would accept. */
  refuseWhen(refuses: (edit: Edit) => Refusal | null): void;
  wire(uplink: string): Wire;
  readonly wires: readonly Wire[];
  /** Makes the machine follow after a wire's troubles have changed. */
  follow(wire: Wire): void;
  /** Targets that answer nobody. */
  readonly dead: Set<string>;
  fate(probe: SendProbe): Fate;
  /** Whether the next hop answers on its link, whatever becomes of packets behind it. */
  hasNeighbour(gateway: AskGateway): boolean;
}

export interface SiteOptions {
  readonly wires: readonly WireSettings[];
  readonly agenda: Agenda;
  readonly random: Random;
  /** The kernel has changed, `byDaemon` or not. */
  readonly onChange: (byDaemon: boolean) => void;
}

/** How long a DHCP client or a router needs to configure an interface anew. */
const LEASE_MS = 300;

/** The kernel collects expired routes once in a while (net.ipv6.route.gc_interval). */
const COLLECT_MS = 30_000;

const LAN: Link = { index: 2, name: "lan0", adminUp: true, carrier: true, pointToPoint: false };

const sysctlsOf = (devices: readonly string[]): Record<string, string> =>
  Object.fromEntries([
    ["net/ipv4/conf/all/rp_filter", "0"],
    ["net/ipv6/conf/all/disable_ipv6", "0"],
    ...FAMILIES.map((family) => [`net/${family}/fib_multipath_hash_policy`, "0"]),
    ...devices.flatMap((device) => [
      [`net/ipv4/conf/${device}/rp_filter`, "1"],
      [`net/ipv4/conf/${device}/src_valid_mark`, "0"],
      ...FAMILIES.map((family) => [`net/${family}/conf/${device}/ignore_routes_with_linkdown`, "0"]),
    ]),
  ]);

/** A router with a LAN and these lines, not connected yet. */
export const openSite = ({ wires: settings, agenda, random, onChange }: SiteOptions): Site => {
  const wires = settings.map(newWire);
  const dead = new Set<string>();
  let refuses: (edit: Edit) => Refusal | null = () => null;
  let nextIndex = LAN.index + 1;
  let kernel: FakeKernel = {
    links: [LAN],
    addresses: [
      {
        family: "ipv4",
        link: LAN.index,
        address: "192.168.1.1",
        peer: null,
        prefixLength: 24,
        global: true,
        protocol: 0,
      },
    ],
    routes: [],
    rules: [],
    sysctls: sysctlsOf(settings.map(({ device }) => device)),
    firewall: null,
  };

  const change = (how: (before: FakeKernel) => FakeKernel): void => {
    const after = how(kernel);
    if (after === kernel) return;
    kernel = after;
    onChange(false);
  };

  const followLink = (wire: Wire): void => {
    if (wire.missing > 0) {
      const gone = wire.link;
      wire.link = null;
      if (gone !== null) change((before) => withoutLink(before, gone));
      return;
    }
    wire.link ??= nextIndex++;
    const link = linkOf(wire, wire.link);
    const before = kernel.links.find((one) => one.index === link.index);
    if (JSON.stringify(before) !== JSON.stringify(link)) change((now) => withLink(now, link));
  };

  const followFamily = (wire: Wire, family: Family): void => {
    const { link } = wire;
    if (link === null) return;
    const configured = wire.switchedOff === 0 && wire.withoutAddress[family] === 0;
    if (configured) agenda.at(agenda.now() + LEASE_MS, () => configure(wire, family));
    else if (hasAddress(link, family)) change((before) => withoutAddresses(before, { link, family }));
    if (configured && wire.withoutGateway[family] > 0) forget(wire, family);
  };

  const hasAddress = (link: number, family: Family): boolean =>
    kernel.addresses.some((one) => one.link === link && one.family === family);

  /** Routers that fall silent leave their route to expire; other sources delete it. */
  const forget = ({ link, leases }: Wire, family: Family): void => {
    if (leases[family]?.lifetimeMs == null) change((before) => withoutRoutes(before, isDefaultOf(link, family)));
  };

  const configure = (wire: Wire, family: Family): void => {
    const { link, leases } = wire;
    const lease = leases[family];
    if (link === null || lease === null) return;
    if (wire.missing + wire.switchedOff + wire.withoutAddress[family] > 0) return;
    const { address, prefixLength } = lease;
    if (!kernel.addresses.some((one) => one.link === link && one.address === address)) {
      change((before) =>
        withAddress(before, { family, link, address, peer: null, prefixLength, global: true, protocol: 0 }),
      );
    }
    if (wire.withoutGateway[family] === 0) announce({ wire, link, family, lease });
  };

  const announce = (to: { wire: Wire; link: number; family: Family; lease: Lease }): void => {
    const { link, family, lease } = to;
    const known = kernel.routes.find(
      (route) => isDefaultOf(link, family)(route) && route.hops.some((hop) => hop.gateway === lease.gateway),
    );
    const expiresAt = lease.lifetimeMs === null ? null : agenda.now() + lease.lifetimeMs;
    if (known === undefined) change((before) => withRoute(before, defaultRoute({ link, family, lease, expiresAt })));
    else refresh(known, expiresAt);
    if (lease.lifetimeMs !== null) keepAnnouncing(to, lease.lifetimeMs);
  };

  /** A refreshed lifetime is no news to the kernel's listeners (rt6_set_expires). */
  const refresh = (known: StoredRoute, expiresAt: number | null): void => {
    kernel = { ...kernel, routes: kernel.routes.map((route) => (route === known ? { ...route, expiresAt } : route)) };
  };

  const keepAnnouncing = ({ wire, link, family, lease }: Parameters<typeof announce>[0], lifetimeMs: number): void => {
    const isCurrent = (): boolean => wire.link === link && wire.leases[family] === lease;
    agenda.at(agenda.now() + lifetimeMs / 3, () => {
      if (isCurrent() && wire.carrierLosses === 0) configure(wire, family);
    });
    agenda.at(agenda.now() + lifetimeMs + random.next() * COLLECT_MS, collect);
  };

  const collect = (): void => {
    const isExpired = ({ expiresAt }: StoredRoute): boolean => expiresAt !== null && expiresAt <= agenda.now();
    if (kernel.routes.some(isExpired)) change((before) => withoutRoutes(before, isExpired));
  };

  const follow = (wire: Wire): void => {
    followLink(wire);
    for (const family of FAMILIES) followFamily(wire, family);
  };

  const edit = (what: Edit): Refusal | null => {
    const refused = refuses(what);
    if (refused !== null) return refused;
    const { kernel: after, refusal } = editKernel(kernel, what);
    if (after !== kernel) {
      kernel = after;
      onChange(true);
    }
    return refusal;
  };

  const wire = (uplink: string): Wire => {
    const found = wires.find((one) => one.settings.uplink === uplink);
    if (found === undefined) throw new Error(`no wire ${uplink}`);
    return found;
  };

  const fate = (probe: SendProbe): Fate => {
    const packet = { family: probe.family, mark: probe.mark, from: null, boundTo: probe.link };
    const way = lookup(kernel, packet);
    if (way === "none" || way === "unreachable") return { error: "ENETUNREACH" };
    const taken = wires.find((one) => one.link === probe.link);
    if (taken === undefined || dead.has(targetText(probe.target))) return "lost";
    if (way[0]?.gateway !== taken.leases[probe.family]?.gateway || !hasAddress(probe.link, probe.family)) return "lost";
    const { family, link, mark } = probe;
    const to = kernel.addresses.find((one) => one.link === link && one.family === family)?.address ?? "";
    return passesFilter(kernel, { family, link, to, mark }) ? travel(taken, { probe, random }) : "lost";
  };

  const hasNeighbour = ({ link, family, address }: AskGateway): boolean =>
    wires.some(
      (one) =>
        one.link === link &&
        one.leases[family]?.gateway === address &&
        one.carrierLosses + one.switchedOff + one.withoutGateway[family] === 0,
    );

  const connect = (): void => {
    for (const one of wires) {
      followLink(one);
      for (const family of FAMILIES) configure(one, family);
    }
  };
  const refuseWhen = (when: (edit: Edit) => Refusal | null): void => {
    refuses = when;
  };
  return { connect, kernel: () => kernel, change, edit, refuseWhen, wire, wires, follow, dead, fate, hasNeighbour };
};

const linkOf = ({ settings, switchedOff, carrierLosses, renamed }: Wire, index: number): Link => ({
  index,
  name: renamed > 0 ? `${settings.device}x` : settings.device,
  adminUp: switchedOff === 0,
  carrier: switchedOff === 0 && carrierLosses === 0,
  pointToPoint: settings.pointToPoint,
});

/** A foreign default route of table main that leaves by a link. */
const isDefaultOf =
  (link: number | null, family: Family) =>
  (route: StoredRoute): boolean =>
    route.family === family &&
    route.table === MAIN_TABLE &&
    route.protocol !== PROTOCOL &&
    route.destination === "default" &&
    route.hops.some((hop) => hop.link === link);

const defaultRoute = (of: { link: number; family: Family; lease: Lease; expiresAt: number | null }): StoredRoute => ({
  family: of.family,
  table: MAIN_TABLE,
  destination: "default",
  metric: of.lease.metric,
  protocol: of.lease.protocol,
  type: "unicast",
  hops: [{ gateway: of.lease.gateway, link: of.link, weight: 1, onlink: false }],
  source: null,
  expiresAt: of.expiresAt,
});

/** There and back; now and then a packet waits in a queue. */
const travel = (wire: Wire, { probe, random }: { probe: SendProbe; random: Random }): Fate => {
  const lost = !isOpen(wire, probe.family) || random.chance(wire.lossOut) || random.chance(wire.lossIn);
  const jitterMs = wire.settings.rttMs * 0.1 * random.next() ** 3;
  const portal = wire.portals > 0 && probe.target.kind === "http";
  return lost ? "lost" : { rttMs: wire.settings.rttMs + wire.delayMs + jitterMs, portal };
};
