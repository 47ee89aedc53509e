import { Attributes, AttributeWriter } from "./attribute.ts";
import { ByteReader, ByteWriter } from "./cursor.ts";
import { ANY_FAMILY, FAMILY_NUMBER, type Family, familyFromNumber } from "./family.ts";
import { formatAddress, parseAddress } from "./ip.ts";
import { FLAG, type Request } from "./netlink.ts";
import { RTM } from "./rtnetlink.ts";

/** `IFA_*` (linux/if_addr.h). `ADDRESS` is the peer's on a point-to-point link, where `LOCAL` is our own. */
const ATTRIBUTE = { ADDRESS: 1, LOCAL: 2, FLAGS: 8, PROTOCOL: 11 } as const;

/** `IFA_F_*`. */
const STATE = { NO_DETECTION: 0x02, DUPLICATE: 0x08, DEPRECATED: 0x20, TENTATIVE: 0x40 } as const;

/** `RT_SCOPE_UNIVERSE`, `RT_SCOPE_LINK`. */
const SCOPE = { UNIVERSE: 0, LINK: 253 } as const;

/** An address of an interface. */
export interface AddressMessage {
  readonly family: Family;
  /** The interface's index. */
  readonly link: number;
  readonly address: string;
  /** The address at the other end, on a point-to-point link; null where none was told. */
  readonly peer: string | null;
  /** 0..32 or 0..128; of the peer's address where there is one. */
  readonly prefixLength: number;
  /** `RT_SCOPE_UNIVERSE`; false for link-local and host addresses. */
  readonly global: boolean;
  /** `IFA_F_TENTATIVE`: duplicate address detection (RFC 4862 section 5.4) hasn't ended. */
  readonly tentative: boolean;
  /** `IFA_F_DADFAILED`: somebody else has it. */
  readonly duplicate: boolean;
  /** `IFA_F_DEPRECATED`: not for new flows (RFC 4862 section 5.5.4). */
  readonly deprecated: boolean;
  /** `IFA_PROTO`, 0..255: who made it; 0 where nobody said, and on kernels before 5.18. */
  readonly protocol: number;
}

const stateOf = (address: AddressMessage): number =>
  (address.tentative ? STATE.TENTATIVE : 0) |
  (address.duplicate ? STATE.DUPLICATE : 0) |
  (address.deprecated ? STATE.DEPRECATED : 0);

const encodeWith = (address: AddressMessage, flags: number): Uint8Array => {
  const bytes = parseAddress(address.address);
  const peer = address.peer === null ? bytes : parseAddress(address.peer);
  const state = stateOf(address) | flags;
  const header = new ByteWriter()
    .u8(FAMILY_NUMBER[address.family])
    .u8(address.prefixLength)
    .u8(state)
    .u8(address.global ? SCOPE.UNIVERSE : SCOPE.LINK)
    .u32(address.link);
  const attributes = new AttributeWriter(header)
    .bytes(ATTRIBUTE.ADDRESS, peer)
    .bytes(ATTRIBUTE.LOCAL, bytes)
    .u32(ATTRIBUTE.FLAGS, state);
  if (address.protocol !== 0) attributes.u8(ATTRIBUTE.PROTOCOL, address.protocol);
  return attributes.finish();
};

/** The body of an `RTM_NEWADDR` (`struct ifaddrmsg` and attributes). Throws `CodecError` where the address isn't one. */
export const encodeAddress = (address: AddressMessage): Uint8Array => encodeWith(address, 0);

/** The address in the body of an `RTM_NEWADDR` or `RTM_DELADDR`, null where it isn't an IP address. Throws `CodecError`. */
export const decodeAddress = (body: Uint8Array): AddressMessage | null => {
  const reader = new ByteReader(body);
  const family = familyFromNumber(reader.u8());
  const [prefixLength, lowState, scope, link] = [reader.u8(), reader.u8(), reader.u8(), reader.u32()];
  const attributes = new Attributes(reader.rest());
  const [own, far] = [attributes.bytes(ATTRIBUTE.LOCAL), attributes.bytes(ATTRIBUTE.ADDRESS)];
  const bytes = own ?? far;
  if (family === null || bytes === undefined) return null;
  const state = attributes.u32(ATTRIBUTE.FLAGS) ?? lowState;
  return {
    family,
    link,
    address: formatAddress(bytes),
    peer: far === undefined || isSame(far, bytes) ? null : formatAddress(far),
    prefixLength,
    global: scope === SCOPE.UNIVERSE,
    tentative: (state & STATE.TENTATIVE) !== 0,
    duplicate: (state & STATE.DUPLICATE) !== 0,
    deprecated: (state & STATE.DEPRECATED) !== 0,
    protocol: attributes.u8(ATTRIBUTE.PROTOCOL) ?? 0,
  };
};

const isSame = (a: Uint8Array, b: Uint8Array): boolean => a.every((octet, index) => octet === b[index]);

/** An address to be put on a link, or taken from it. */
export interface PlainAddress {
  readonly family: Family;
  readonly link: number;
  readonly address: string;
  readonly prefixLength: number;
  readonly protocol: number;
}

const PLAIN = { peer: null, global: true, tentative: false, duplicate: false, deprecated: false } as const;

/**
 * Adds a global address; EEXIST where the link has it already. It serves at once, without duplicate address detection
 * (RFC 4862 section 5.4), which would take a second or two. Throws as `encodeAddress`.
 */
export const addAddress = (address: PlainAddress): Request => ({
  operation: `add the address ${address.address}/${address.prefixLength}`,
  type: RTM.NEW_ADDRESS,
  flags: FLAG.CREATE | FLAG.EXCLUSIVE,
  body: encodeWith({ ...PLAIN, ...address }, address.family === "ipv6" ? STATE.NO_DETECTION : 0),
});

/** Deletes an address; EADDRNOTAVAIL where the link doesn't have it. Throws as `encodeAddress`. */
export const deleteAddress = (address: PlainAddress): Request => ({
  operation: `delete the address ${address.address}/${address.prefixLength}`,
  type: RTM.DELETE_ADDRESS,
  flags: 0,
  body: encodeAddress({ ...PLAIN, ...address }),
});

/** Asks for the addresses of all links, both families. Never throws. */
export const listAddresses = (): Request => ({
  operation: "list the addresses",
  type: RTM.GET_ADDRESS,
  flags: FLAG.DUMP,
  body: new ByteWriter().u8(ANY_FAMILY).zeros(7).finish(),
});
