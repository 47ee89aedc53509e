import { type Family, familyName } from "../family.ts";
import { type Hop, type KernelState, type Link, MAIN_TABLE, PROTOCOL, type Route } from "../kernel/kernel.ts";
import type { UplinkSettings } from "../settings.ts";
import { isBeside } from "./device.ts";

/** Whether packets could leave by an uplink at all, before anybody asks whether they arrive. */
export type Path = UsablePath | LostPath;

/** Packets can leave. */
export interface UsablePath {
  readonly usable: true;
  /** The interface's index. */
  readonly link: number;
  /** null on a point-to-point link. */
  readonly gateway: string | null;
  readonly onlink: boolean;
  /** The source that whoever announced the gateway wants for the machine's own packets; null: the kernel chooses. */
  readonly source: string | null;
  /** The uplink's own addresses. */
  readonly addresses: readonly string[];
  /** When what taught us the gateway expires; Infinity if never. */
  readonly expiresAt: number;
  /** The gateway is no longer announced: it is kept until then (a renewed lease deletes before it adds). */
  readonly graceUntil: number | null;
}

/** Packets can't leave, and why. */
export interface LostPath {
  readonly usable: false;
  readonly reason: string;
  /** Its index if it exists. */
  readonly link: number | null;
  /** It had an address of its own until then, and nobody else's will do instead. */
  readonly bereft: boolean;
}

/** How long a gateway that nobody announces any more is still used, in ms: DHCP clients delete the old default before they add the new one. */
export const GATEWAY_GRACE_MS = 1000;

/** Added to the metric of a foreign default route that would outrank ours; `reset` subtracts it again. */
export const ADOPTED_METRIC = 87_000_000;

/** Where to look for a path. */
export interface FindPath {
  readonly uplink: UplinkSettings;
  /** The gateway that a DHCP server named; null where none did. */
  readonly leased: string | null;
  /** Its interface, null where none was found. */
  readonly device: string | null;
  readonly family: Family;
  readonly kernel: KernelState;
  /** The interfaces that belong to one uplink each. */
  readonly uplinkInterfaces: readonly string[];
  /** The path as it was before. */
  readonly before: Path | null;
  /** When `kernel` was read: now. */
  readonly now: number;
}

/** Finds an uplink's path in what was read from the kernel. Never throws. */
export const findPath = ({ uplink, leased, device, family, kernel, uplinkInterfaces, before, now }: FindPath): Path => {
  const { gateway } = uplink.families[family];
  if (device === null) return lost(null, `no interface is in the network of the gateway ${gateway}`);
  const link = kernel.links.find((candidate) => candidate.name === device);
  if (link === undefined) return lost(null, `the interface ${device} is missing`);
  if (!link.adminUp) return lost(link, `the interface ${link.name} is switched off`);
  if (!link.carrier) return lost(link, `no carrier on ${link.name}`);
  if (uplink.interface === null && gateway !== null && !isBeside(gateway, link, kernel)) {
    return lost(link, `the gateway ${gateway} is in no network of ${link.name}`);
  }
  const addresses = sourceAddresses({ kernel, family, link, uplinkInterfaces });
  const bereft = addresses?.length === 0 && isBereft(before, link);
  if (addresses === null || bereft)
    return { ...lost(link, `no ${familyName(family)} address on ${link.name}`), bereft };
  const hop = findHop({ uplink, leased, family, kernel, link, now });
  if (hop !== null) return { usable: true, link: link.index, addresses, graceUntil: null, ...hop };
  return (
    keepForAWhile(before, { link, addresses, now }) ?? lost(link, `no ${familyName(family)} gateway on ${link.name}`)
  );
};

const lost = (link: Link | null, reason: string): LostPath => ({
  usable: false,
  reason,
  link: link?.index ?? null,
  bereft: false,
});

/** An address that was withdrawn is expected back: its ISP accepts no other source. Only an uplink that never had one is content with the LAN's. */
const isBereft = (before: Path | null, { index }: Link): boolean =>
  before !== null && before.link === index && (before.usable ? before.addresses.length > 0 : before.bereft);

/**
 * The link's own global addresses, or null if packets would have no source: IPv4 needs one on the link,
 * IPv6 is content with one on another interface (RFC 6724 § 5), as with a delegated prefix on the LAN; but the
 * address of another uplink is no source, since the answers would come in there.
 */
const sourceAddresses = ({ kernel, family, link, uplinkInterfaces }: SourceSearch): readonly string[] | null => {
  const global = kernel.addresses.filter((address) => address.family === family && address.global);
  const own = global.filter((address) => address.link === link.index).map((address) => address.address);
  if (own.length > 0) return own;
  const inside = kernel.links.filter(({ name }) => !uplinkInterfaces.includes(name)).map(({ index }) => index);
  return family === "ipv6" && global.some((address) => inside.includes(address.link)) ? [] : null;
};

type SourceSearch = Pick<FindPath, "kernel" | "family" | "uplinkInterfaces"> & { readonly link: Link };

type FoundHop = Pick<UsablePath, "gateway" | "onlink" | "source" | "expiresAt">;

const findHop = (
  search: Omit<FindPath, "before" | "device" | "uplinkInterfaces"> & { link: Link },
): FoundHop | null => {
  const configured = search.uplink.families[search.family].gateway ?? search.leased;
  if (configured !== null) return { ...ALONE, gateway: configured, onlink: true };
  const learned = learnedDefault(search.kernel, search.family, search.link);
  if (learned !== null) {
    const { route, hop } = learned;
    const expiresAt = route.expiresInMs === null ? Number.POSITIVE_INFINITY : search.now + route.expiresInMs;
    const source = route.hops.length === 1 ? route.source : null;
    return { gateway: hop.gateway, onlink: hop.onlink, source, expiresAt };
  }
  return search.link.pointToPoint ? ALONE : null;
};

/** What nobody announced. */
const ALONE: FoundHop = { gateway: null, onlink: false, source: null, expiresAt: Number.POSITIVE_INFINITY };

/** The best foreign default route that leaves by this link. */
const learnedDefault = (kernel: KernelState, family: Family, link: Link): { route: Route; hop: Hop } | null => {
  let best: { route: Route; hop: Hop } | null = null;
  for (const route of kernel.routes) {
    if (route.family !== family || !isForeignDefault(route) || isExpired(route)) continue;
    const hop = route.hops.find((candidate) => candidate.link === link.index);
    if (hop !== undefined && (best === null || route.metric < best.route.metric)) best = { route, hop };
  }
  return best;
};

/** A unicast default route of table main that is not ours. */
export const isForeignDefault = (route: Route): boolean =>
  route.table === MAIN_TABLE &&
  route.destination === "default" &&
  route.protocol !== PROTOCOL &&
  route.type === "unicast";

/** The kernel may list an expired route for a while before it collects it. */
const isExpired = (route: Route): boolean => route.expiresInMs !== null && route.expiresInMs <= 0;

const keepForAWhile = (
  before: Path | null,
  { link, addresses, now }: { link: Link; addresses: readonly string[]; now: number },
): UsablePath | null => {
  if (before === null || !before.usable || before.link !== link.index || before.gateway === null) return null;
  const graceUntil = before.graceUntil ?? now + GATEWAY_GRACE_MS;
  if (now >= graceUntil) return null;
  const source = before.source !== null && addresses.includes(before.source) ? before.source : null;
  return { ...before, addresses, source, graceUntil, expiresAt: Number.POSITIVE_INFINITY };
};

/** Whether two paths are alike in all that routing and probing depend on. */
export const samePath = (a: Path, b: Path): boolean => {
  if (!a.usable || !b.usable) return !a.usable && !b.usable && a.reason === b.reason && a.link === b.link;
  return (
    a.link === b.link &&
    a.gateway === b.gateway &&
    a.onlink === b.onlink &&
    a.source === b.source &&
    a.addresses.length === b.addresses.length &&
    a.addresses.every((address, index) => address === b.addresses[index])
  );
};
