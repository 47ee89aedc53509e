import { Attributes, AttributeWriter } from "./attribute.ts";
import { ByteReader, ByteWriter } from "./cursor.ts";
import { FAMILY_NUMBER, type Family, familyFromNumber } from "./family.ts";
import { formatAddress, parseAddress } from "./ip.ts";
import { FLAG, type Request } from "./netlink.ts";
import { RTM } from "./rtnetlink.ts";

/** `NDA_DST` (linux/neighbour.h). */
const ATTRIBUTE_ADDRESS = 1;

/** `NUD_*`: what the kernel knows of a neighbour's link-layer address (RFC 4861 section 7.3.2; ARP alike). */
const STATE_NUMBER = {
  none: 0,
  incomplete: 0x01,
  reachable: 0x02,
  stale: 0x04,
  delay: 0x08,
  probe: 0x10,
  /** It was asked for several times and nobody answered. */
  failed: 0x20,
  /** The link needs no resolution. */
  "no-arp": 0x40,
  permanent: 0x80,
} as const;

/** `NUD_*` in words. */
export type NeighbourState = keyof typeof STATE_NUMBER;

const STATE_NAME: ReadonlyMap<number, NeighbourState> = new Map(
  Object.entries(STATE_NUMBER).map(([name, number]) => [number, name as NeighbourState]),
);

/** An entry of the kernel's table of neighbours. */
export interface NeighbourMessage {
  readonly family: Family;
  /** The interface's index. */
  readonly link: number;
  readonly address: string;
  readonly state: NeighbourState;
}

const writeHeader = (header: { family: Family; link: number; state: number }): ByteWriter =>
  new ByteWriter().u8(FAMILY_NUMBER[header.family]).zeros(3).u32(header.link).u16(header.state).zeros(2);

/** The body of an `RTM_NEWNEIGH` (`struct ndmsg` and attributes). Throws `CodecError` where the address isn't one. */
export const encodeNeighbour = ({ family, link, address, state }: NeighbourMessage): Uint8Array =>
  new AttributeWriter(writeHeader({ family, link, state: STATE_NUMBER[state] }))
    .bytes(ATTRIBUTE_ADDRESS, parseAddress(address))
    .finish();

/** The neighbour in the body of an `RTM_NEWNEIGH` or `RTM_DELNEIGH`, null where it isn't an IP one. Throws `CodecError`. */
export const decodeNeighbour = (body: Uint8Array): NeighbourMessage | null => {
  const reader = new ByteReader(body);
  const family = familyFromNumber(reader.u8());
  const link = reader.skip(3).i32();
  const state = STATE_NAME.get(reader.u16());
  const address = new Attributes(reader.skip(2).rest()).bytes(ATTRIBUTE_ADDRESS);
  if (family === null || state === undefined || address === undefined) return null;
  return { family, link, address: formatAddress(address), state };
};

/**
 * Has the kernel ask a neighbour that it knows whether it is still there (`NUD_PROBE`): its link-layer address and all else
 * that is known stay. Refused with ENOENT or EINVAL where it isn't known. Throws `CodecError` where the address isn't one.
 */
export const probeNeighbour = (neighbour: Omit<NeighbourMessage, "state">): Request => ({
  operation: `ask the neighbour ${neighbour.address}`,
  type: RTM.NEW_NEIGHBOUR,
  flags: 0,
  body: encodeNeighbour({ ...neighbour, state: "probe" }),
});

/** Asks for the neighbours of one family. Never throws. */
export const listNeighbours = (family: Family): Request => ({
  operation: "list the neighbours",
  type: RTM.GET_NEIGHBOUR,
  flags: FLAG.DUMP,
  body: writeHeader({ family, link: 0, state: 0 }).finish(),
});
