import type { Family } from "../family.ts";
import { covers, type Network, overlap } from "../network.ts";

/** A packet filter's rules, reduced to what is examined. The same form for nftables and for iptables. */
export interface Filter {
  readonly chains: readonly Chain[];
  readonly flowTables: readonly FlowTable[];
}

/** A flow table (nft's `flowtable`): established flows pass it by, without any chain. */
export interface FlowTable {
  /** `inet filter ft`. */
  readonly name: string;
  readonly devices: readonly string[];
}

/** A list of rules that the kernel, or another rule, hands packets to. */
export interface Chain {
  /** `ip nat`: the family and the name. */
  readonly table: string;
  readonly name: string;
  readonly families: readonly Family[];
  /** It is where the kernel begins to look for the translation of a source address. */
  readonly translatesSources: boolean;
  readonly rules: readonly FilterRule[];
}

/** What matters of one rule. */
export interface FilterRule {
  /** All that is understood of what it asks; the rest is taken to be the case. */
  readonly conditions: readonly Condition[];
  /** It gives packets another source address. */
  readonly translates: boolean;
  /** Chains of the same table that it may lead to. */
  readonly branches: readonly Branch[];
  readonly marks: readonly MarkUse[];
  /** It drops what comes in by another interface than a reply would take, without regard to marks. */
  readonly strictSource: boolean;
}

/** A jump to another chain, or one of several that a verdict map chooses from. */
export interface Branch {
  readonly chain: string;
  readonly conditions: readonly Condition[];
}

/** What a rule asks of a packet: the interface that it leaves or enters by, or its source address. */
export type Condition =
  | { readonly kind: "leaves" | "enters"; readonly names: readonly string[]; readonly negated: boolean }
  | { readonly kind: "source"; readonly networks: readonly Network[]; readonly negated: boolean };

/** What a rule does to, or asks of, the bits of a mark. */
export interface MarkUse {
  readonly of: "packet" | "connection";
  readonly does: "sets" | "compares";
  /** The bits that it sets, clears or asks for. */
  readonly bits: number;
}

/** What leaves by an uplink. */
export interface Leaving {
  readonly family: Family;
  readonly enters: string;
  readonly leaves: string;
  readonly source: Network;
}

/** A name, or the beginning of one: `eth*` in nft, `eth+` in iptables. */
const matchesName = (pattern: string, name: string): boolean =>
  /[*+]$/.test(pattern) ? name.startsWith(pattern.slice(0, -1)) : pattern === name;

const mayHold = (condition: Condition, packet: Leaving): boolean => {
  if (condition.kind === "source") {
    const { networks, negated } = condition;
    return negated
      ? !networks.some((network) => covers(network, packet.source))
      : networks.some((network) => overlap(network, packet.source));
  }
  const name = packet[condition.kind];
  return condition.names.some((pattern) => matchesName(pattern, name)) !== condition.negated;
};

/** Whether some rule may give the packet another source address. In doubt, yes. Never throws. */
export const mayTranslate = (chains: readonly Chain[], packet: Leaving): boolean =>
  chains
    .filter((chain) => chain.translatesSources && chain.families.includes(packet.family))
    .some((chain) => translatesWithin({ chains, packet, seen: new Set() }, chain));

interface Walk {
  readonly chains: readonly Chain[];
  readonly packet: Leaving;
  readonly seen: Set<Chain>;
}

const translatesWithin = (walk: Walk, chain: Chain): boolean => {
  if (walk.seen.has(chain)) return false;
  walk.seen.add(chain);
  return chain.rules
    .filter((rule) => rule.conditions.every((condition) => mayHold(condition, walk.packet)))
    .some((rule) => rule.translates || rule.branches.some((branch) => translatesBeyond(walk, chain, branch)));
};

const translatesBeyond = (walk: Walk, from: Chain, branch: Branch): boolean => {
  const next = walk.chains.find(({ table, name }) => table === from.table && name === branch.chain);
  const open = branch.conditions.every((condition) => mayHold(condition, walk.packet));
  return next !== undefined && open && translatesWithin(walk, next);
};
