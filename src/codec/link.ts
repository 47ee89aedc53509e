import { Attributes, AttributeWriter } from "./attribute.ts";
import { CodecError } from "./codec-error.ts";
import { ByteReader, ByteWriter } from "./cursor.ts";
import { ANY_FAMILY } from "./family.ts";
import { FLAG, type Request } from "./netlink.ts";
import { RTM } from "./rtnetlink.ts";

/** `IFLA_*` (linux/if_link.h). */
const ATTRIBUTE = { NAME: 3, MTU: 4, EXTENSION_MASK: 29 } as const;

/** `RTEXT_FILTER_SKIP_STATS`: the counters of an interface are most of its message, and we don't read them. */
const SKIP_STATISTICS = 8;

/** `IFF_*` (linux/if.h). */
const STATE = { UP: 0x1, POINT_TO_POINT: 0x10, LOWER_UP: 0x10000 } as const;

/** A network interface. */
export interface LinkMessage {
  /** 1 and up. */
  readonly index: number;
  readonly name: string;
  /** Octets. */
  readonly mtu: number;
  /** `IFF_UP`. */
  readonly adminUp: boolean;
  /** `IFF_LOWER_UP`. */
  readonly carrier: boolean;
  /** `IFF_POINTOPOINT`. */
  readonly pointToPoint: boolean;
}

const writeHeader = (link: { index: number; state: number }): ByteWriter =>
  new ByteWriter().u8(ANY_FAMILY).zeros(3).u32(link.index).u32(link.state).u32(0);

const stateOf = (link: LinkMessage): number =>
  (link.adminUp ? STATE.UP : 0) | (link.pointToPoint ? STATE.POINT_TO_POINT : 0) | (link.carrier ? STATE.LOWER_UP : 0);

/** The body of an `RTM_NEWLINK` (`struct ifinfomsg` and attributes). Never throws. */
export const encodeLink = (link: LinkMessage): Uint8Array =>
  new AttributeWriter(writeHeader({ index: link.index, state: stateOf(link) }))
    .text(ATTRIBUTE.NAME, link.name)
    .u32(ATTRIBUTE.MTU, link.mtu)
    .finish();

/** The link in the body of an `RTM_NEWLINK` or `RTM_DELLINK`. Throws `CodecError`. */
export const decodeLink = (body: Uint8Array): LinkMessage => {
  const reader = new ByteReader(body).skip(4);
  const index = reader.i32();
  const state = reader.u32();
  const attributes = new Attributes(reader.skip(4).rest());
  const name = attributes.text(ATTRIBUTE.NAME);
  if (name === undefined) throw new CodecError(`The message about link ${index} lacks its name.`);
  return {
    index,
    name,
    mtu: attributes.u32(ATTRIBUTE.MTU) ?? 0,
    adminUp: (state & STATE.UP) !== 0,
    carrier: (state & STATE.LOWER_UP) !== 0,
    pointToPoint: (state & STATE.POINT_TO_POINT) !== 0,
  };
};

/** Switches a link on. Never throws. */
export const switchOn = (index: number): Request => ({
  operation: `switch link ${index} on`,
  type: RTM.NEW_LINK,
  flags: 0,
  body: new ByteWriter().u8(ANY_FAMILY).zeros(3).u32(index).u32(STATE.UP).u32(STATE.UP).finish(),
});

/** Asks for all links. Never throws. */
export const listLinks = (): Request => ({
  operation: "list the links",
  type: RTM.GET_LINK,
  flags: FLAG.DUMP,
  body: new AttributeWriter(writeHeader({ index: 0, state: 0 }))
    .u32(ATTRIBUTE.EXTENSION_MASK, SKIP_STATISTICS)
    .finish(),
});
