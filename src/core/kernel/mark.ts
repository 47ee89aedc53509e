/**
 * Bits of the packet and conntrack mark that are ours. The lower five hold the uplink's number; the sixth says
 * that the flow belongs to the uplink (it came in through it, or is a probe), so that no drain moves it.
 */
export const MARK_MASK = 0x3f000000;
/** The bits of the uplink's number. */
export const NUMBER_MASK = 0x1f000000;
/** The bit of a flow that belongs to its uplink. */
export const ANCHORED = 0x20000000;

/** A mark as nft(8) writes it. Never throws. */
export const hex = (mark: number): string => `0x${(mark >>> 0).toString(16).padStart(8, "0")}`;

/** The most uplinks that the mark can tell apart. */
export const MOST_UPLINKS = 31;

/** The mark of a flow that may be moved. `number`: 1..31. Never throws. */
export const markOf = (number: number): number => number << 24;

/** The routing table that holds an uplink's default alone. Never throws. */
export const tableOf = (number: number): number => 8700 + number;

/** Where an uplink's four rules begin. Never throws. */
export const priorityOf = (number: number): number => 18700 + 4 * (number - 1);

/** Where an uplink's two rules are that lead what is bound to its interface: after those of all marks and addresses. Never throws. */
export const boundPriority = (number: number): number => priorityOf(MOST_UPLINKS + 1) + 2 * (number - 1);

/** Where the two rules are that lead the router's own DNS queries over the resolver's uplink: after those of all uplinks. */
export const RESOLVER_PRIORITY = 18890;

/** Where the rules of the first steering begin: two that lead to an uplink, two that refuse. */
const STEERING_PRIORITY = 18900;

/** As many steerings as there are places for. */
export const MOST_STEERINGS = 32;

/** Where a steering's four rules begin. `place`: in the config, from 0. Never throws. */
export const steeringPriority = (place: number): number => STEERING_PRIORITY + 4 * place;

/** The routing table whose default is `unreachable`: for a family without an uplink. */
export const REFUSAL_TABLE = 8700;

/** Where the two rules are that lead there: after everybody else's, just before the kernel's own for table main. */
export const REFUSAL_PRIORITY = 32764;

/** Whether a routing table is one of ours. Never throws. */
export const isOurTable = (table: number): boolean => table >= REFUSAL_TABLE && table <= tableOf(MOST_UPLINKS);
