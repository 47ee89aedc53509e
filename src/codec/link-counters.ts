import { Attributes, AttributeWriter } from "./attribute.ts";
import { CodecError } from "./codec-error.ts";
import { ByteReader, ByteWriter } from "./cursor.ts";
import { ANY_FAMILY } from "./family.ts";
import { FLAG, type Request } from "./netlink.ts";
import { RTM } from "./rtnetlink.ts";

/** `IFLA_*` (linux/if_link.h). */
const ATTRIBUTE = { NAME: 3, STATISTICS: 23 } as const;

/** What an interface has carried since it appeared. Octets, link-layer headers included; exact up to 2^53. */
export interface LinkCounters {
  /** 1 and up. */
  readonly index: number;
  readonly name: string;
  readonly received: number;
  readonly sent: number;
}

/** Asks for all links with their counters. Never throws. */
export const listLinkCounters = (): Request => ({
  operation: "list the links' counters",
  type: RTM.GET_LINK,
  flags: FLAG.DUMP,
  body: new AttributeWriter(new ByteWriter().u8(ANY_FAMILY).zeros(15)).finish(),
});

/** The body of an `RTM_NEWLINK` with `struct rtnl_link_stats64`, whose third and fourth numbers are octets. Never throws. */
export const encodeLinkCounters = ({ index, name, received, sent }: LinkCounters): Uint8Array => {
  const statistics = Buffer.alloc(64);
  statistics.writeBigUInt64LE(BigInt(received), 16);
  statistics.writeBigUInt64LE(BigInt(sent), 24);
  return new AttributeWriter(new ByteWriter().u8(ANY_FAMILY).zeros(3).u32(index).zeros(8))
    .text(ATTRIBUTE.NAME, name)
    .bytes(ATTRIBUTE.STATISTICS, statistics)
    .finish();
};

/** The counters in the body of an `RTM_NEWLINK`; null where it has none. Throws `CodecError`. */
export const decodeLinkCounters = (body: Uint8Array): LinkCounters | null => {
  const reader = new ByteReader(body).skip(4);
  const index = reader.i32();
  const attributes = new Attributes(reader.skip(8).rest());
  const [name, statistics] = [attributes.text(ATTRIBUTE.NAME), attributes.bytes(ATTRIBUTE.STATISTICS)];
  if (name === undefined) throw new CodecError(`The message about link ${index} lacks its name.`);
  if (statistics === undefined) return null;
  if (statistics.length < 32) throw new CodecError(`The counters of ${name} have ${statistics.length} octets.`);
  const view = new DataView(statistics.buffer, statistics.byteOffset, statistics.byteLength);
  return {
    index,
    name,
    received: Number(view.getBigUint64(16, true)),
    sent: Number(view.getBigUint64(24, true)),
  };
};
