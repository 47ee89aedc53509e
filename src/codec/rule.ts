import { Attributes, AttributeWriter } from "./attribute.ts";
import { ByteReader, ByteWriter } from "./cursor.ts";
import { ADDRESS_LENGTH, ANY_FAMILY, FAMILY_NUMBER, type Family, familyFromNumber } from "./family.ts";
import { formatAddress, formatPrefix, parseAddress, parsePrefix } from "./ip.ts";
import { FLAG, type Request } from "./netlink.ts";
import { RTM } from "./rtnetlink.ts";

/** `FRA_*` (linux/fib_rules.h). */
const ATTRIBUTE = {
  DESTINATION: 1,
  SOURCE: 2,
  INPUT_INTERFACE: 3,
  PRIORITY: 6,
  MARK: 10,
  SUPPRESS_PREFIX_LENGTH: 14,
  TABLE: 15,
  MASK: 16,
  OUTPUT_INTERFACE: 17,
  PROTOCOL: 21,
  TRANSPORT: 22,
  SOURCE_PORTS: 23,
  DESTINATION_PORTS: 24,
} as const;

/** `FR_ACT_TO_TBL`: look up the table. */
const ACTION_LOOKUP = 1;

/** Tables from here on don't fit the header and stand in an attribute. */
const FIRST_WIDE_TABLE = 256;

/** `FRA_SUPPRESS_PREFIXLEN` when nothing is suppressed: -1. */
const SUPPRESS_NOTHING = 0xffffffff;

/** The kernel takes what this machine sends itself as having come in here. */
export const LOOPBACK = "lo";

/** Ports, both ends included: 1..65535. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** A policy rule that sends packets to a routing table. */
export interface RuleMessage {
  readonly family: Family;
  /** 0..4294967295, lower is looked at first. */
  readonly priority: number;
  /** `FRA_PROTOCOL`: who made it. */
  readonly protocol: number;
  /** Packets whose mark is `mark` in the bits of `mask`; 0 and 0 for all. */
  readonly mark: number;
  readonly mask: number;
  /** An address, or a prefix where it isn't a single address; null for all. */
  readonly from: string | null;
  /** As `from`, for the destination. */
  readonly to: string | null;
  /** The interface that they came in by, `lo` for what this machine sends itself; null for all. */
  readonly input: string | null;
  /** The interface that the socket is bound to (`SO_BINDTODEVICE`) by which this machine sends them; null for all. */
  readonly output: string | null;
  /** `FRA_IP_PROTO`: 6 TCP, 17 UDP; null for all. */
  readonly transport: number | null;
  /** `FRA_SPORT_RANGE`: where they come from; null for all. */
  readonly sourcePorts: PortRange | null;
  /** `FRA_DPORT_RANGE`: where they go; null for all. */
  readonly ports: PortRange | null;
  readonly table: number;
  /** Routes with a prefix of this length or shorter don't count; null: all count. */
  readonly suppressPrefixLength: number | null;
}

/** Selects every packet. */
export const ANY_PACKET = {
  ...{ mark: 0, mask: 0, from: null, to: null },
  ...{ input: null, output: null, transport: null, sourcePorts: null, ports: null },
} as const;

interface End {
  readonly bytes: Uint8Array | null;
  readonly length: number;
}

const parseEnd = (text: string | null): End => {
  if (text === null) return { bytes: null, length: 0 };
  if (!text.includes("/")) return wholeAddress(parseAddress(text));
  const { address, length } = parsePrefix(text);
  return { bytes: address, length };
};

const wholeAddress = (bytes: Uint8Array): End => ({ bytes, length: bytes.length * 8 });

const formatEnd = (end: { family: Family; address: Uint8Array | undefined; length: number }): string | null => {
  const { address, family, length } = end;
  if (address === undefined || length === 0) return null;
  return length === ADDRESS_LENGTH[family] * 8 ? formatAddress(address) : formatPrefix({ address, length });
};

/** `struct fib_rule_hdr`: family, prefix lengths, TOS, table, two reserved octets, action, flags. */
const writeHeader = (rule: RuleMessage, { to, from }: { to: End; from: End }): ByteWriter =>
  new ByteWriter()
    .u8(FAMILY_NUMBER[rule.family])
    .u8(to.length)
    .u8(from.length)
    .u8(0)
    .u8(rule.table < FIRST_WIDE_TABLE ? rule.table : 0)
    .zeros(2)
    .u8(ACTION_LOOKUP)
    .u32(0);

const writePorts =
  ({ first, last }: PortRange): ((out: ByteWriter) => void) =>
  (out) =>
    void out.u16(first).u16(last);

const writeSelector = (attributes: AttributeWriter, rule: RuleMessage): void => {
  if (rule.mask !== 0) attributes.u32(ATTRIBUTE.MARK, rule.mark).u32(ATTRIBUTE.MASK, rule.mask);
  const { input, output, transport, sourcePorts, ports } = rule;
  if (input !== null) attributes.text(ATTRIBUTE.INPUT_INTERFACE, input);
  if (output !== null) attributes.text(ATTRIBUTE.OUTPUT_INTERFACE, output);
  if (transport !== null) attributes.u8(ATTRIBUTE.TRANSPORT, transport);
  if (sourcePorts !== null) attributes.raw(ATTRIBUTE.SOURCE_PORTS, writePorts(sourcePorts));
  if (ports !== null) attributes.raw(ATTRIBUTE.DESTINATION_PORTS, writePorts(ports));
};

/** The body of an `RTM_NEWRULE` or `RTM_DELRULE`. Throws `CodecError` where `from` or `to` isn't an address or prefix. */
export const encodeRule = (rule: RuleMessage): Uint8Array => {
  const [to, from] = [parseEnd(rule.to), parseEnd(rule.from)];
  const attributes = new AttributeWriter(writeHeader(rule, { to, from }));
  if (to.bytes !== null) attributes.bytes(ATTRIBUTE.DESTINATION, to.bytes);
  if (from.bytes !== null) attributes.bytes(ATTRIBUTE.SOURCE, from.bytes);
  writeSelector(attributes, rule);
  return attributes
    .u32(ATTRIBUTE.PRIORITY, rule.priority)
    .u32(ATTRIBUTE.TABLE, rule.table)
    .u32(ATTRIBUTE.SUPPRESS_PREFIX_LENGTH, rule.suppressPrefixLength ?? SUPPRESS_NOTHING)
    .u8(ATTRIBUTE.PROTOCOL, rule.protocol)
    .finish();
};

/** `struct fib_rule_port_range` */
const readPorts = (range: Uint8Array | undefined): PortRange | null => {
  if (range === undefined) return null;
  const reader = new ByteReader(range);
  return { first: reader.u16(), last: reader.u16() };
};

/** The rule in the body of an `RTM_NEWRULE` or `RTM_DELRULE`, null unless it looks up an IP table. Throws `CodecError`. */
export const decodeRule = (body: Uint8Array): RuleMessage | null => {
  const reader = new ByteReader(body);
  const family = familyFromNumber(reader.u8());
  const [toLength, fromLength] = [reader.u8(), reader.u8()];
  const table = reader.skip(1).u8();
  const action = reader.skip(2).u8();
  if (family === null || action !== ACTION_LOOKUP) return null;
  const attributes = new Attributes(reader.skip(4).rest());
  const suppressed = attributes.u32(ATTRIBUTE.SUPPRESS_PREFIX_LENGTH) ?? SUPPRESS_NOTHING;
  return {
    family,
    priority: attributes.u32(ATTRIBUTE.PRIORITY) ?? 0,
    protocol: attributes.u8(ATTRIBUTE.PROTOCOL) ?? 0,
    mark: attributes.u32(ATTRIBUTE.MARK) ?? 0,
    mask: attributes.u32(ATTRIBUTE.MASK) ?? 0,
    from: formatEnd({ family, address: attributes.bytes(ATTRIBUTE.SOURCE), length: fromLength }),
    to: formatEnd({ family, address: attributes.bytes(ATTRIBUTE.DESTINATION), length: toLength }),
    input: attributes.text(ATTRIBUTE.INPUT_INTERFACE) ?? null,
    output: attributes.text(ATTRIBUTE.OUTPUT_INTERFACE) ?? null,
    transport: attributes.u8(ATTRIBUTE.TRANSPORT) ?? null,
    sourcePorts: readPorts(attributes.bytes(ATTRIBUTE.SOURCE_PORTS)),
    ports: readPorts(attributes.bytes(ATTRIBUTE.DESTINATION_PORTS)),
    table: attributes.u32(ATTRIBUTE.TABLE) ?? table,
    suppressPrefixLength: suppressed === SUPPRESS_NOTHING ? null : suppressed,
  };
};

/** Adds a rule; EEXIST where there is one alike. Throws `CodecError` as `encodeRule` does. */
export const addRule = (rule: RuleMessage): Request => ({
  operation: `add the rule ${rule.priority}`,
  type: RTM.NEW_RULE,
  flags: FLAG.CREATE | FLAG.EXCLUSIVE,
  body: encodeRule(rule),
});

/** Deletes a rule; ENOENT where there is none alike. Throws `CodecError` as `encodeRule` does. */
export const deleteRule = (rule: RuleMessage): Request => ({
  operation: `delete the rule ${rule.priority}`,
  type: RTM.DELETE_RULE,
  flags: 0,
  body: encodeRule(rule),
});

/** Asks for the rules of all families that the kernel has. Never throws. */
export const listRules = (): Request => ({
  operation: "list the rules",
  type: RTM.GET_RULE,
  flags: FLAG.DUMP,
  body: new ByteWriter().u8(ANY_FAMILY).zeros(11).finish(),
});
