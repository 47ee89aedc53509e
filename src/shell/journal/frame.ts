import { promisify } from "node:util";
import { crc32, deflateRaw, deflateRawSync, inflateRawSync } from "node:zlib";
import { ByteReader, ByteWriter } from "../../codec/cursor.ts";

/** What a frame holds: the state that a run starts from, or what happened since the frame before. */
export type FrameKind = "start" | "events";

/** One write to a journal: its octets can be told from damage, and read without the rest of the file. */
export interface Frame {
  readonly kind: FrameKind;
  /** What makes milliseconds since 1970 of those since boot. */
  readonly wallOffsetMs: number;
  readonly content: Uint8Array;
}

/** "WFJ" and the version of this format. */
const MAGIC = Uint8Array.of(0x57, 0x46, 0x4a, 1);

const KIND_CODES: readonly FrameKind[] = ["start", "events"];

/** Magic, kind, offset of the wall clock, the content's length before and after compressing, the checksum of all the rest. */
const HEADER_LENGTH = MAGIC.length + 1 + 8 + 4 + 4 + 4;

/** Far more than a state, or what is gathered until a frame is written, ever takes. */
const CONTENT_MAX = 8 * 1024 * 1024;

/** Most of a journal is the unevenness of times, which nothing compresses: a higher level saves 2 %, for twice the time. */
const LEVEL = 1;

const deflateAside = promisify<Uint8Array, { level: number }, Uint8Array>(deflateRaw);

/** A frame's octets. Never throws. */
export const packFrame = (frame: Frame): Uint8Array => framed(frame, deflateRawSync(frame.content, { level: LEVEL }));

/** As `packFrame`, compressed on another thread; the content must stay as it is meanwhile. Never rejects. */
export const packFrameAside = async (frame: Frame): Promise<Uint8Array> =>
  framed(frame, await deflateAside(frame.content, { level: LEVEL }));

const framed = ({ kind, wallOffsetMs, content }: Frame, packed: Uint8Array): Uint8Array => {
  const head = new ByteWriter(HEADER_LENGTH).bytes(MAGIC).u8(KIND_CODES.indexOf(kind)).f64be(wallOffsetMs);
  head.u32be(content.length).u32be(packed.length);
  return head.u32be(checksum(head.finish(), packed)).bytes(packed).finish();
};

const checksum = (head: Uint8Array, packed: Uint8Array): number => crc32(packed, crc32(head));

/** A frame found in a file, and where it ends; null for octets that are none. */
export interface Found {
  readonly frame: Frame | null;
  readonly end: number;
}

/** The next frame from `at` on, or the octets up to the next one that might be. `at` < the length. Never throws. */
export const nextFrame = (bytes: Uint8Array, at: number): Found => {
  const found = isMagic(bytes, at) ? unpack(bytes.subarray(at)) : null;
  return found === null
    ? { frame: null, end: nextMagic(bytes, at + 1) }
    : { frame: found.frame, end: at + found.length };
};

const isMagic = (bytes: Uint8Array, at: number): boolean => MAGIC.every((octet, index) => bytes[at + index] === octet);

const nextMagic = (bytes: Uint8Array, from: number): number => {
  for (let at = bytes.indexOf(MAGIC[0] ?? 0, from); at >= 0; at = bytes.indexOf(MAGIC[0] ?? 0, at + 1)) {
    if (isMagic(bytes, at)) return at;
  }
  return bytes.length;
};

const unpack = (bytes: Uint8Array): { readonly frame: Frame; readonly length: number } | null => {
  if (bytes.length < HEADER_LENGTH) return null;
  const head = new ByteReader(bytes.subarray(MAGIC.length));
  const kind = KIND_CODES[head.u8()];
  const wallOffsetMs = head.f64be();
  const [contentLength, packedLength, check] = [head.u32be(), head.u32be(), head.u32be()];
  const length = HEADER_LENGTH + packedLength;
  if (kind === undefined || contentLength > CONTENT_MAX || length > bytes.length) return null;
  const packed = bytes.subarray(HEADER_LENGTH, length);
  if (checksum(bytes.subarray(0, HEADER_LENGTH - 4), packed) !== check) return null;
  const content = inflate(packed, contentLength);
  return content === null ? null : { frame: { kind, wallOffsetMs, content }, length };
};

/** null unless it comes to that length. */
const inflate = (packed: Uint8Array, length: number): Uint8Array | null => {
  try {
    const content = inflateRawSync(packed, { maxOutputLength: Math.max(1, length) });
    return content.length === length ? content : null;
  } catch {
    return null;
  }
};
