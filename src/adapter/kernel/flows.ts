import { readFileSync } from "node:fs";
import { decodeFlow, type Flow, type FlowFilter, flushFlows, listFlows, setMark } from "../../codec/conntrack.ts";
import { type CounterLayout, findCounters, isLaidOut, readPackets } from "../../codec/counter-dump.ts";
import { listCounters } from "../../codec/nftables.ts";
import { type Netlink, NetlinkError } from "./netlink.ts";

/** How many flows the kernel knows, in this network namespace. Absent where conntrack isn't loaded. */
const COUNT_FILE = "/proc/sys/net/netfilter/nf_conntrack_count";

/** Up to so many flows, a flush takes about 5 ms; longer would hold up the event loop. */
const MOST_WHILE_WAITING = 10_000;

/** asm-generic/errno-base.h. */
const ENOENT = 2;

/** The kernel's flows (conntrack) and packet counters (nftables). */
export interface Flows {
  /** Forgets the flows whose mark is `mark` in the bits of `mask`. On another thread where they are many. Rejects with NetlinkError. */
  flush(filter: FlowFilter): Promise<void>;
  /** Clears the bits of `mask` in the marks of all flows and leaves the other bits. Throws NetlinkError. */
  clearMarks(clear: { mask: number }): void;
  /** The named counters of our nft table, none where it doesn't exist. Throws NetlinkError. */
  readCounters(): CounterReading;
}

/** One reading of the counters. */
export interface CounterReading {
  /** The same array as before where the ruleset is the same. */
  readonly names: readonly string[];
  /** Packets of each, in the order of the names. */
  readonly packets: readonly number[];
}

const NO_COUNTERS: CounterReading = { names: [], packets: [] };

const countFlows = (): number => {
  try {
    return Number(readFileSync(COUNT_FILE, "utf8"));
  } catch {
    return 0;
  }
};

/** Carries out what may find its object gone already. */
const unlessGone = <Result>(attempt: () => Result, otherwise: Result): Result => {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof NetlinkError && error.errno === ENOENT) return otherwise;
    throw error;
  }
};

const flush = async (netlink: Netlink, filter: FlowFilter): Promise<void> => {
  const request = flushFlows(filter);
  if (countFlows() < MOST_WHILE_WAITING) netlink.request(request);
  else await netlink.requestAsync(request);
};

const pickMarked = (body: Uint8Array, mask: number): Flow | null => {
  const flow = decodeFlow(body);
  return flow !== null && (flow.mark & mask) !== 0 ? flow : null;
};

const clearMarks = (netlink: Netlink, mask: number): void => {
  const everything = listFlows({ mark: 0, mask: 0, family: null });
  const marked = netlink.dump({ request: everything, pick: ({ body }) => pickMarked(body, mask) });
  for (const flow of marked) unlessGone(() => netlink.request(setMark(flow, { mark: 0, mask })), undefined);
};

/** Reads the counters; what was found out about their places serves until the ruleset changes. */
const openCounterReader = (netlink: Netlink, table: string): (() => CounterReading) => {
  const request = listCounters(table);
  let layouts: readonly CounterLayout[] = [];
  let names: readonly string[] = [];
  return () => {
    const found: CounterLayout[] = [];
    const packets: number[] = [];
    const take = (part: Uint8Array): boolean => {
      const known = layouts[found.length];
      const layout = known !== undefined && isLaidOut(known, part) ? known : findCounters(part);
      if (layout === null) return false;
      found.push(layout);
      readPackets(layout, part, packets);
      return layout.alone;
    };
    netlink.dump({ request, take, pick: () => null });
    const isSame = found.length === layouts.length && found.every((layout, index) => layout === layouts[index]);
    if (!isSame) names = found.flatMap((layout) => layout.names);
    layouts = found;
    return { names, packets };
  };
};

/** Opens the flows. `netlink`: of protocol NETLINK_NETFILTER. `table`: our nft table's name. Never throws. */
export const openFlows = ({ netlink, table }: { netlink: Netlink; table: string }): Flows => {
  const readCounters = openCounterReader(netlink, table);
  return {
    flush: (filter) => flush(netlink, filter),
    clearMarks: ({ mask }) => clearMarks(netlink, mask),
    readCounters: () => unlessGone(readCounters, NO_COUNTERS),
  };
};
