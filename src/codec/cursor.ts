import { CodecError } from "./codec-error.ts";

/** Netlink's own numbers are in the machine's byte order; all that is from the network is big-endian. */
export const HOST_IS_LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

const TEXT_ENCODER = new TextEncoder();
const TEXT_DECODER = new TextDecoder();

/** Netlink aligns messages and attributes to so many octets (`NLMSG_ALIGNTO`, `NLA_ALIGNTO`). */
const ALIGNMENT = 4;

/** Eight octets of seven bits are enough for 2⁵³. */
const VARINT_SCALE_MAX = 0x80 ** 7;

/** `length` rounded up to a multiple of 4. Never throws. */
export const aligned = (length: number): number => (length + ALIGNMENT - 1) & -ALIGNMENT;

/** UTF-8, up to the first zero octet if there is one. What isn't UTF-8 becomes U+FFFD. Never throws. */
export const decodeText = (octets: Uint8Array): string => {
  const end = octets.indexOf(0);
  return TEXT_DECODER.decode(end < 0 ? octets : octets.subarray(0, end));
};

/** Writes numbers and octets one after another into a buffer that grows. Numbers are cut to their width. Never throws. */
export class ByteWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  constructor(capacity = 128) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Octets written so far. */
  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    const at = this.#claim(1);
    this.#bytes[at] = value;
    return this;
  }

  /** In the machine's byte order. */
  u16(value: number): this {
    const at = this.#claim(2);
    this.#view.setUint16(at, value, HOST_IS_LITTLE);
    return this;
  }

  /** In the machine's byte order; negative numbers as two's complement. */
  u32(value: number): this {
    const at = this.#claim(4);
    this.#view.setUint32(at, value, HOST_IS_LITTLE);
    return this;
  }

  u16be(value: number): this {
    const at = this.#claim(2);
    this.#view.setUint16(at, value);
    return this;
  }

  u32be(value: number): this {
    const at = this.#claim(4);
    this.#view.setUint32(at, value);
    return this;
  }

  u64be(value: bigint): this {
    const at = this.#claim(8);
    this.#view.setBigUint64(at, value);
    return this;
  }

  /** IEEE 754 with 64 bits, big-endian. */
  f64be(value: number): this {
    const at = this.#claim(8);
    this.#view.setFloat64(at, value);
    return this;
  }

  /** A whole number from 0 to 2⁵³ − 1 in as few octets as it needs, the lowest seven bits first (LEB128). */
  varint(value: number): this {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.u8(0x80 | (rest % 0x80));
    return this.u8(rest);
  }

  bytes(value: Uint8Array): this {
    const at = this.#claim(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  /** UTF-8 and a final zero octet, as the kernel's strings are. */
  text(value: string): this {
    return this.bytes(TEXT_ENCODER.encode(value)).u8(0);
  }

  zeros(count: number): this {
    const at = this.#claim(count);
    this.#bytes.fill(0, at, at + count);
    return this;
  }

  /** Zeros up to the next multiple of 4. */
  align(): this {
    return this.zeros(aligned(this.#length) - this.#length);
  }

  /** Overwrites two octets that were written before, at offset `at`: a length that is known only afterwards. */
  patchU16(at: number, value: number): this {
    this.#view.setUint16(at, value, HOST_IS_LITTLE);
    return this;
  }

  /** What was written. It shares its memory with the writer, which must not be used afterwards. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Begins anew in the same memory. */
  clear(): this {
    this.#length = 0;
    return this;
  }

  #claim(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) this.#grow();
    return at;
  }

  #grow(): void {
    const grown = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Reads numbers and octets one after another. Every method throws `CodecError` where too few octets are left. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position: number;
  readonly #end: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#position = 0;
    this.#end = bytes.length;
  }

  /** Octets left. */
  get remaining(): number {
    return this.#end - this.#position;
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  /** In the machine's byte order. */
  u16(): number {
    return this.#view.getUint16(this.#advance(2), HOST_IS_LITTLE);
  }

  /** In the machine's byte order. */
  u32(): number {
    return this.#view.getUint32(this.#advance(4), HOST_IS_LITTLE);
  }

  /** In the machine's byte order. */
  i32(): number {
    return this.#view.getInt32(this.#advance(4), HOST_IS_LITTLE);
  }

  u16be(): number {
    return this.#view.getUint16(this.#advance(2));
  }

  u32be(): number {
    return this.#view.getUint32(this.#advance(4));
  }

  u64be(): bigint {
    return this.#view.getBigUint64(this.#advance(8));
  }

  f64be(): number {
    return this.#view.getFloat64(this.#advance(8));
  }

  /** As the writer's `varint`; throws `CodecError` where the number is larger than 2⁵³ − 1 as well. */
  varint(): number {
    let value = 0;
    for (let scale = 1; scale <= VARINT_SCALE_MAX; scale *= 0x80) {
      const octet = this.u8();
      value += (octet & 0x7f) * scale;
      if (octet < 0x80 && Number.isSafeInteger(value)) return value;
    }
    throw new CodecError(`A number before offset ${this.#position} is too large.`);
  }

  /** A view of the next octets, not a copy. */
  bytes(length: number): Uint8Array {
    const at = this.#advance(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** A view of all that is left. */
  rest(): Uint8Array {
    return this.bytes(this.remaining);
  }

  /** All that is left as UTF-8, up to the first zero octet if there is one. */
  text(): string {
    return decodeText(this.rest());
  }

  skip(count: number): this {
    this.#advance(count);
    return this;
  }

  #advance(count: number): number {
    const at = this.#position;
    if (count < 0 || at + count > this.#end) {
      throw new CodecError(`${count} octets were due at offset ${at}, but the message ends at ${this.#end}.`);
    }
    this.#position += count;
    return at;
  }
}
