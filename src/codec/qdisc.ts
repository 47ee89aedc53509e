import { Attributes } from "./attribute.ts";
import { ByteReader, ByteWriter } from "./cursor.ts";
import { FLAG, type Request } from "./netlink.ts";
import { RTM } from "./rtnetlink.ts";

/** `TCA_KIND` (linux/rtnetlink.h). */
const KIND = 1;

/** `TC_H_ROOT` (linux/pkt_sched.h): the parent of an interface's own queueing discipline. */
const ROOT = 0xffffffff;

/** A queueing discipline at the root of an interface. */
export interface QdiscMessage {
  /** The interface's index. */
  readonly link: number;
  /** `htb`, `cake`, `fq_codel` … */
  readonly kind: string;
  /** The major number of its handle, 1..65535; 0 where the kernel put it there by itself. */
  readonly handle: number;
}

/** `struct tcmsg`: family, three octets, interface, handle, parent, info. */
const writeHeader = ({ link, handle }: { link: number; handle: number }, parent: number): ByteWriter =>
  new ByteWriter()
    .zeros(4)
    .u32(link)
    .u32(handle * 0x10000)
    .u32(parent)
    .u32(0);

/** The body of an `RTM_NEWQDISC`; null where it isn't the root's. Throws `CodecError`. */
export const decodeQdisc = (body: Uint8Array): QdiscMessage | null => {
  const reader = new ByteReader(body);
  const [link, handle, parent] = [reader.skip(4).u32(), reader.u32(), reader.u32()];
  if (parent !== ROOT) return null;
  return { link, kind: new Attributes(reader.skip(4).rest()).text(KIND) ?? "", handle: handle >>> 16 };
};

/** Asks for the queueing disciplines of all interfaces. Never throws. */
export const listQdiscs = (): Request => ({
  operation: "list the queueing disciplines",
  type: RTM.GET_QDISC,
  flags: FLAG.DUMP,
  body: writeHeader({ link: 0, handle: 0 }, 0).finish(),
});

/** Deletes an interface's root discipline, upon which the kernel puts its default there. ENOENT where there is none alike. Never throws. */
export const deleteQdisc = (qdisc: { readonly link: number; readonly handle: number }): Request => ({
  operation: "delete the queueing discipline",
  type: RTM.DELETE_QDISC,
  flags: 0,
  body: writeHeader(qdisc, ROOT).finish(),
});
