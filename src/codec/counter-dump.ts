import { decodeMessages, HEADER_LENGTH } from "./netlink.ts";
import { decodeCounter, NEW_OBJECT } from "./nftables.ts";

/**
 * Where the numbers are in one part of a dump of counters. The kernel says in each message which generation of the ruleset
 * it lists; as long as that is the same, so is everything but the numbers, and nothing else need be decoded.
 */
export interface CounterLayout {
  /** Octets of the part. */
  readonly length: number;
  /** Where the last message begins: a ruleset may change while it is listed. */
  readonly lastAt: number;
  /** The lower 16 bits of its number. */
  readonly generation: number;
  readonly names: readonly string[];
  /** Where the packets of each are, octets from the part's beginning. */
  readonly places: readonly number[];
  /** Nothing else is in the part, such as the end of the dump. */
  readonly alone: boolean;
}

/** `res_id` in the `struct nfgenmsg` behind the header (linux/netfilter/nfnetlink.h). */
const GENERATION_AT = HEADER_LENGTH + 2;

/** Finds the counters in a part of a dump, null if there is none. Throws `CodecError`. */
export const findCounters = (part: Uint8Array): CounterLayout | null => {
  const messages = decodeMessages(part);
  const objects = messages.filter(({ type }) => type === NEW_OBJECT);
  const last = objects.at(-1);
  if (last === undefined) return null;
  const counters = objects.flatMap(({ body }) => decodeCounter(body) ?? []);
  const lastAt = last.body.byteOffset - part.byteOffset - HEADER_LENGTH;
  return {
    length: part.length,
    lastAt,
    generation: viewOf(part).getUint16(lastAt + GENERATION_AT),
    names: counters.map(({ name }) => name),
    places: counters.map(({ packets }) => packets.byteOffset - part.byteOffset),
    alone: objects.length === messages.length,
  };
};

/** Whether a later part of a dump lists the same ruleset, from its first message to its last. Never throws. */
export const isLaidOut = ({ length, lastAt, generation }: CounterLayout, part: Uint8Array): boolean => {
  if (part.length !== length) return false;
  const view = viewOf(part);
  return view.getUint16(GENERATION_AT) === generation && view.getUint16(lastAt + GENERATION_AT) === generation;
};

/** Appends the packets of each counter to `packets`, exact up to 2^53. The part must be laid out so. */
export const readPackets = ({ places }: CounterLayout, part: Uint8Array, packets: number[]): void => {
  const view = viewOf(part);
  for (const at of places) packets.push(view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4));
};

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);
