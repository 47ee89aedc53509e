import * as z from "zod";
import { MARK_MASK } from "../../core/kernel/mark.ts";
import type { PacketMark } from "../../core/settings.ts";

const ALL_BITS = 0xffffffff;

/** What others may use: all bits but ours. */
const THEIRS = (ALL_BITS & ~MARK_MASK) >>> 0;

/** `0x100`: that in all bits but ours; `0x100/0xff00`: that in these bits; null for anything else, and where nothing is set. Never throws. */
export const parseMark = (text: string): PacketMark | null => {
  const [, value = "", bits] = /^(0x[\da-f]{1,8}|\d{1,10})(?:\/(0x[\da-f]{1,8}|\d{1,10}))?$/i.exec(text) ?? [];
  const [mark, mask] = [Number(value), bits === undefined ? THEIRS : Number(bits)];
  const isWithin = mask <= ALL_BITS && (mark & ~mask) === 0 && mark <= ALL_BITS;
  return isWithin && mark !== 0 && (mask & MARK_MASK) === 0 ? { mark, mask } : null;
};

/** A packet mark, as text. */
export const packetMark = z
  .union([z.int().min(1).max(ALL_BITS), z.string().meta({ examples: ["0x100/0xff00"] })])
  .transform(String)
  .refine((text) => parseMark(text) !== null, {
    error: "isn't a mark of yours",
    params: { remedy: "give one such as 0x100, or 0x100/0xff00, outside of the bits 0x3f000000, which are ours" },
  });
