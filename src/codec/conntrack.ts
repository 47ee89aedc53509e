import { Attributes, AttributeWriter } from "./attribute.ts";
import { CodecError } from "./codec-error.ts";
import { ANY_FAMILY, FAMILY_NUMBER, type Family, familyFromNumber } from "./family.ts";
import { FLAG, type Request } from "./netlink.ts";
import { GENERIC_LENGTH, messageType, SUBSYSTEM, writeGeneric } from "./nfnetlink.ts";

/** `IPCTNL_MSG_CT_*` (linux/netfilter/nfnetlink_conntrack.h). */
const COMMAND = { NEW: 0, GET: 1, DELETE: 2 } as const;

/** `CTA_*`. */
const ATTRIBUTE = { ORIGINAL: 1, MARK: 8, ID: 12, ZONE: 18, MASK: 21 } as const;

/** `NLA_F_NESTED`, for a nested value that is passed on as it came. */
const NESTED = 0x8000;

/** Flows whose mark is `mark` in the bits of `mask`, of one family or of both. */
export interface FlowFilter {
  readonly mark: number;
  /** 0: every flow. */
  readonly mask: number;
  readonly family: Family | null;
}

/** One conntrack entry: enough of it to change it. */
export interface Flow {
  readonly family: Family;
  /** The value of `CTA_TUPLE_ORIG`, as it came: addresses, ports and protocol of the original direction. */
  readonly original: Uint8Array;
  readonly mark: number;
  /** `CTA_ID`, unique among the entries of this moment. */
  readonly id: number;
  /** `CTA_ZONE`, 0 where there is none. */
  readonly zone: number;
}

const familyNumber = (family: Family | null): number => (family === null ? ANY_FAMILY : FAMILY_NUMBER[family]);

const encodeFilter = ({ mark, mask, family }: FlowFilter): Uint8Array => {
  const attributes = new AttributeWriter(writeGeneric(familyNumber(family)));
  if (mask !== 0) attributes.u32be(ATTRIBUTE.MARK, mark).u32be(ATTRIBUTE.MASK, mask);
  return attributes.finish();
};

/** Forgets the flows that the filter selects; the kernel walks the whole table. Never throws. */
export const flushFlows = (filter: FlowFilter): Request => ({
  operation: "flush flows",
  type: messageType(SUBSYSTEM.CONNTRACK, COMMAND.DELETE),
  flags: 0,
  body: encodeFilter(filter),
});

/** Asks for the flows that the filter selects. Never throws. */
export const listFlows = (filter: FlowFilter): Request => ({
  operation: "list the flows",
  type: messageType(SUBSYSTEM.CONNTRACK, COMMAND.GET),
  flags: FLAG.DUMP,
  body: encodeFilter(filter),
});

/** The body of a conntrack entry. Never throws. */
export const encodeFlow = (flow: Flow): Uint8Array =>
  identify(flow).u32be(ATTRIBUTE.MARK, flow.mark).u32be(ATTRIBUTE.ID, flow.id).finish();

/** The flow in the body of an entry, null where it isn't an IP one. Its `original` is a copy. Throws `CodecError`. */
export const decodeFlow = (body: Uint8Array): Flow | null => {
  const family = familyFromNumber(body[0] ?? ANY_FAMILY);
  if (family === null) return null;
  const attributes = new Attributes(body.subarray(GENERIC_LENGTH));
  const original = attributes.bytes(ATTRIBUTE.ORIGINAL);
  if (original === undefined) throw new CodecError("A conntrack entry lacks its original direction.");
  return {
    family,
    original: original.slice(),
    mark: attributes.u32be(ATTRIBUTE.MARK) ?? 0,
    id: attributes.u32be(ATTRIBUTE.ID) ?? 0,
    zone: attributes.u16be(ATTRIBUTE.ZONE) ?? 0,
  };
};

/** Which entry is meant: the original direction and the zone are its key. */
const identify = ({ family, original, zone }: Flow): AttributeWriter => {
  const attributes = new AttributeWriter(writeGeneric(FAMILY_NUMBER[family]));
  attributes.bytes(ATTRIBUTE.ORIGINAL | NESTED, original);
  return zone === 0 ? attributes : attributes.u16be(ATTRIBUTE.ZONE, zone);
};

/**
 * Sets the bits of `mask` in a flow's mark to those of `mark`; the kernel leaves all other bits as they are at that
 * moment. ENOENT where the flow has ended. Never throws.
 */
export const setMark = (flow: Flow, change: { mark: number; mask: number }): Request => ({
  operation: "change a flow's mark",
  type: messageType(SUBSYSTEM.CONNTRACK, COMMAND.NEW),
  flags: 0,
  body: identify(flow).u32be(ATTRIBUTE.MARK, change.mark).u32be(ATTRIBUTE.MASK, change.mask).finish(),
});
