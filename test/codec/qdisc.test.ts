import { expect, test } from "vitest";
import { decodeQdisc, deleteQdisc, listQdiscs } from "../../src/codec/qdisc.ts";
import { bytesOf } from "./captured.ts";

/** `struct tcmsg` of link 3 with a handle and a parent, and `TCA_KIND`: little-endian, as on our architectures. */
const message = (handle: string, parent: string): Uint8Array =>
  bytesOf(`0000000003000000${handle}${parent}000000000800010068746200`);

test("a discipline at the root is read with its kind and the major number of its handle", () => {
  expect(decodeQdisc(message("00000187", "ffffffff"))).toEqual({ link: 3, kind: "htb", handle: 0x8701 });
  expect(decodeQdisc(message("00000000", "ffffffff"))?.handle).toBe(0);
});

test("one below a class is passed over", () => {
  expect(decodeQdisc(message("00000180", "01000187"))).toBeNull();
});

test("a deletion names the interface, the root and the handle", () => {
  const { type, body } = deleteQdisc({ link: 3, handle: 0x8701 });
  expect(type).toBe(37);
  expect(Buffer.from(body).toString("hex")).toBe("00000000" + "03000000" + "00000187" + "ffffffff" + "00000000");
  expect(listQdiscs()).toMatchObject({ type: 38 });
});
