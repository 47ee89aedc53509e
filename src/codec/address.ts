import { Attributes, AttributeWriter } from "./attribute.ts";
import { ByteReader, ByteWriter } from "./cursor.ts";
import { ANY_FAMILY, FAMILY_NUMBER, type Family, familyFromNumber } from "./family.ts";
import { formatAddress, parseAddress } from "./ip.ts";
import { FLAG, type Request } from "./netlink.ts";
import { RTM } from "./rtnetlink.ts";

/** `IFA_*` (linux/if_addr.h). `ADDRESS` is the peer's on a point-to-point link, where `LOCAL` is our own. */
const ATTRIBUTE = { ADDRESS: 1, LOCAL: 2, FLAGS: 8 } as const;

/** `IFA_F_*`. */
const STATE = { DUPLICATE: 0x08, DEPRECATED: 0x20, TENTATIVE: 0x40 } as const;

/** `RT_SCOPE_UNIVERSE`, `RT_SCOPE_LINK`. */
const SCOPE = { UNIVERSE: 0, LINK: 253 } as const;

/** An address of an interface. */
export interface AddressMessage {
  readonly family: Family;
  /** The interface's index. */
  readonly link: number;
  readonly address: string;
  /** 0..32 or 0..128. */
  readonly prefixLength: number;
  /** `RT_SCOPE_UNIVERSE`; false for link-local and host addresses. */
  readonly global: boolean;
  /** `IFA_F_TENTATIVE`: duplicate address detection (RFC 4862 section 5.4) hasn't ended. */
  readonly tentative: boolean;
  /** `IFA_F_DADFAILED`: somebody else has it. */
  readonly duplicate: boolean;
  /** `IFA_F_DEPRECATED`: not for new flows (RFC 4862 section 5.5.4). */
  readonly deprecated: boolean;
}

const stateOf = (address: AddressMessage): number =>
  (address.tentative ? STATE.TENTATIVE : 0) |
  (address.duplicate ? STATE.DUPLICATE : 0) |
  (address.deprecated ? STATE.DEPRECATED : 0);

/** The body of an `RTM_NEWADDR` (`struct ifaddrmsg` and attributes). Throws `CodecError` where the address isn't one. */
export const encodeAddress = (address: AddressMessage): Uint8Array => {
  const bytes = parseAddress(address.address);
  const state = stateOf(address);
  const header = new ByteWriter()
    .u8(FAMILY_NUMBER[address.family])
    .u8(address.prefixLength)
    .u8(state)
    .u8(address.global ? SCOPE.UNIVERSE : SCOPE.LINK)
    .u32(address.link);
  return new AttributeWriter(header)
    .bytes(ATTRIBUTE.ADDRESS, bytes)
    .bytes(ATTRIBUTE.LOCAL, bytes)
    .u32(ATTRIBUTE.FLAGS, state)
    .finish();
};

/** The address in the body of an `RTM_NEWADDR` or `RTM_DELADDR`, null where it isn't an IP address. Throws `CodecError`. */
export const decodeAddress = (body: Uint8Array): AddressMessage | null => {
  const reader = new ByteReader(body);
  const family = familyFromNumber(reader.u8());
  const [prefixLength, lowState, scope, link] = [reader.u8(), reader.u8(), reader.u8(), reader.u32()];
  const attributes = new Attributes(reader.rest());
  const bytes = attributes.bytes(ATTRIBUTE.LOCAL) ?? attributes.bytes(ATTRIBUTE.ADDRESS);
  if (family === null || bytes === undefined) return null;
  const state = attributes.u32(ATTRIBUTE.FLAGS) ?? lowState;
  return {
    family,
    link,
    address: formatAddress(bytes),
    prefixLength,
    global: scope === SCOPE.UNIVERSE,
    tentative: (state & STATE.TENTATIVE) !== 0,
    duplicate: (state & STATE.DUPLICATE) !== 0,
    deprecated: (state & STATE.DEPRECATED) !== 0,
  };
};

/** Asks for the addresses of all links, both families. Never throws. */
export const listAddresses = (): Request => ({
  operation: "list the addresses",
  type: RTM.GET_ADDRESS,
  flags: FLAG.DUMP,
  body: new ByteWriter().u8(ANY_FAMILY).zeros(7).finish(),
});
