import { Attributes, AttributeWriter } from "./attribute.ts";
import { ByteReader, type ByteWriter } from "./cursor.ts";
import { FAMILY_NUMBER, type Family, familyFromLength } from "./family.ts";
import { formatAddress, parseAddress } from "./ip.ts";

/** `RTA_GATEWAY`, and `RTA_VIA` for a gateway of the other family (RFC 8950), which have the same place in a route and in a hop. */
const ATTRIBUTE = { GATEWAY: 5, VIA: 18 } as const;

/** `RTNH_F_*` (linux/rtnetlink.h). */
const STATE = { DEAD: 0x01, ONLINK: 0x04, LINK_DOWN: 0x10 } as const;

/** `struct rtnexthop`: length, flags, weight less one, interface. */
const HEADER_LENGTH = 8;

/** One way that a route leads. */
export interface NextHop {
  /** null on a link without gateways. May be of the other family than its route. */
  readonly gateway: string | null;
  /** The outgoing interface's index. */
  readonly link: number;
  /** 1..256, the share within a multipath route. */
  readonly weight: number;
  /** `RTNH_F_ONLINK`: the gateway is taken to be on the link although no address covers it. */
  readonly onlink: boolean;
}

/** A next hop as the kernel reports it. */
export interface ReportedHop extends NextHop {
  /** `RTNH_F_LINKDOWN`: the interface has no carrier. */
  readonly linkDown: boolean;
  /** `RTNH_F_DEAD`: not used. */
  readonly dead: boolean;
}

/** The `RTNH_F_` flags that may be asked for. Never throws. */
export const hopFlags = (hop: NextHop): number => (hop.onlink ? STATE.ONLINK : 0);

/** Writes the gateway's attribute, if there is one. Throws `CodecError` where it isn't an address. */
export const writeGateway = (attributes: AttributeWriter, place: { family: Family; gateway: string | null }): void => {
  if (place.gateway === null) return;
  const bytes = parseAddress(place.gateway);
  const family = familyFromLength(bytes.length);
  if (family === place.family) attributes.bytes(ATTRIBUTE.GATEWAY, bytes);
  else attributes.raw(ATTRIBUTE.VIA, (via) => via.u16(FAMILY_NUMBER[family]).bytes(bytes));
};

const readGateway = (attributes: Attributes): string | null => {
  const bytes = attributes.bytes(ATTRIBUTE.GATEWAY) ?? attributes.bytes(ATTRIBUTE.VIA)?.subarray(2);
  return bytes ? formatAddress(bytes) : null;
};

/** A hop from its flags, weight and link, and the attributes that hold its gateway. Throws `CodecError`. */
export const readHop = (hop: { flags: number; weight: number; link: number; attributes: Attributes }): ReportedHop => ({
  gateway: readGateway(hop.attributes),
  link: hop.link,
  weight: hop.weight,
  onlink: (hop.flags & STATE.ONLINK) !== 0,
  linkDown: (hop.flags & STATE.LINK_DOWN) !== 0,
  dead: (hop.flags & STATE.DEAD) !== 0,
});

/** Writes the value of `RTA_MULTIPATH`. Throws `CodecError` where a gateway isn't an address. */
export const writeHops = (out: ByteWriter, family: Family, hops: readonly NextHop[]): void => {
  for (const hop of hops) {
    const start = out.length;
    out
      .u16(0)
      .u8(hopFlags(hop))
      .u8(hop.weight - 1)
      .u32(hop.link);
    writeGateway(new AttributeWriter(out), { family, gateway: hop.gateway });
    out.patchU16(start, out.length - start);
  }
};

/** The hops in the value of `RTA_MULTIPATH`. Throws `CodecError`. */
export const readHops = (value: Uint8Array): ReportedHop[] => {
  const reader = new ByteReader(value);
  const hops: ReportedHop[] = [];
  while (reader.remaining > 0) {
    const length = reader.u16();
    const [flags, weight, link] = [reader.u8(), reader.u8() + 1, reader.i32()];
    hops.push(readHop({ flags, weight, link, attributes: new Attributes(reader.bytes(length - HEADER_LENGTH)) }));
  }
  return hops;
};
