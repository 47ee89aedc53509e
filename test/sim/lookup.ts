import type { Family } from "../../src/core/family.ts";
import { type Hop, MAIN_TABLE, type Rule, type Traffic } from "../../src/core/kernel/kernel.ts";
import { overlap, parseNetwork } from "../../src/core/network.ts";
import type { FakeKernel, StoredRoute } from "./kernel.ts";

/** A packet to some address on the internet. */
export interface Packet {
  readonly family: Family;
  /** The packet mark, 0 if none. */
  readonly mark: number;
  /** Its source address, null if the kernel may choose. */
  readonly from: string | null;
  /** The index of the interface that its socket is bound to. */
  readonly boundTo: number | null;
  /** The interface that it came in by, and the port that it goes to, where these matter. */
  readonly lan?: { readonly input: string; readonly port: number };
}

/** Where packets to the internet leave; several hops share them. */
export type Way = readonly Hop[] | "unreachable" | "none";

/** As fib_rules_lookup and fib_table_lookup decide. */
export const lookup = (kernel: FakeKernel, packet: Packet): Way => {
  for (const rule of kernel.rules) {
    if (rule.family !== packet.family || !applies(kernel, rule, packet)) continue;
    const way = lookupTable(kernel, rule.table, packet);
    const suppressed = way !== "unreachable" && rule.suppressPrefixLength === 0;
    if (way !== "none" && !suppressed) return way;
  }
  return lookupTable(kernel, MAIN_TABLE, packet);
};

const applies = (kernel: FakeKernel, { select }: Rule, packet: Packet): boolean => {
  if ("output" in select) return kernel.links.some((one) => one.index === packet.boundTo && one.name === select.output);
  if (!("mark" in select)) return "from" in select && select.from === packet.from;
  return (packet.mark & select.mask) >>> 0 === select.mark && fits(select.traffic, packet);
};

const fits = (traffic: Traffic | undefined, { family, from, lan }: Packet): boolean => {
  if (traffic === undefined) return true;
  const source = from === null ? null : parseNetwork(from, family);
  const wanted = traffic.from === null ? null : parseNetwork(traffic.from, family);
  return (
    (wanted === null || (source !== null && overlap(source, wanted))) &&
    (traffic.input === null || traffic.input === lan?.input) &&
    (traffic.ports === null || (lan !== undefined && traffic.ports.first <= lan.port && lan.port <= traffic.ports.last))
  );
};

const lookupTable = (kernel: FakeKernel, table: number, packet: Packet): Way => {
  let best: StoredRoute | null = null;
  let bestHops: readonly Hop[] = [];
  for (const route of kernel.routes) {
    if (route.family !== packet.family || route.table !== table || route.destination !== "default") continue;
    if (best !== null && best.metric <= route.metric) continue;
    const hops = route.hops.filter((hop) => isLive(kernel, hop, packet));
    if (route.type === "unicast" && hops.length === 0) continue;
    best = route;
    bestHops = hops;
  }
  if (best === null) return "none";
  return best.type === "unreachable" ? "unreachable" : bestHops;
};

const isLive = (kernel: FakeKernel, hop: Hop, packet: Packet): boolean => {
  if (packet.boundTo !== null && hop.link !== packet.boundTo) return false;
  const link = kernel.links.find((one) => one.index === hop.link);
  if (link === undefined || !link.adminUp) return false;
  return link.carrier || kernel.sysctls[`net/${packet.family}/conf/${link.name}/ignore_routes_with_linkdown`] !== "1";
};

/** An answer that has come in. */
export interface Answer {
  readonly family: Family;
  /** The index of the interface by which it came. */
  readonly link: number;
  /** Whom it is for: an address of the interface. */
  readonly to: string;
  /** The mark of its flow. */
  readonly mark: number;
}

/** Whether the kernel takes an answer for genuine: a packet to its sender would find a way, in strict mode by the same link (fib_validate_source). */
export const passesFilter = (kernel: FakeKernel, { family, link, to, mark }: Answer): boolean => {
  const name = kernel.links.find(({ index }) => index === link)?.name;
  const setting = (what: string): number =>
    Math.max(...["all", name].map((scope) => Number(kernel.sysctls[`net/ipv4/conf/${scope}/${what}`] ?? 0)));
  const filter = setting("rp_filter");
  if (family === "ipv6" || filter === 0) return true;
  const back = { family, mark: setting("src_valid_mark") > 0 ? mark : 0, from: to, boundTo: null };
  const way = lookup(kernel, back);
  return typeof way !== "string" && (filter === 2 || way.some((hop) => hop.link === link));
};

/** A new connection's first packet from the LAN. */
export const newFlow = (family: Family): Packet => ({ family, mark: 0, from: null, boundTo: null });
