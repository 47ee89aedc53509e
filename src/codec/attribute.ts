import { CodecError } from "./codec-error.ts";
import { aligned, ByteWriter, decodeText, HOST_IS_LITTLE } from "./cursor.ts";

/** `struct nlattr` (linux/netlink.h): a length that includes this header, and a type. */
const HEADER_LENGTH = 4;

/** `NLA_F_NESTED`: the value is made of attributes. */
const NESTED = 0x8000;

/** `NLA_TYPE_MASK`: without `NLA_F_NESTED` and `NLA_F_NET_BYTEORDER` (0x4000). */
const TYPE_MASK = 0x3fff;

/** Writes netlink attributes (type, length, value, padding) one after another. Never throws. */
export class AttributeWriter {
  readonly #out: ByteWriter;

  /** Attributes are added to what `out` already holds, which must be a multiple of 4 octets. */
  constructor(out = new ByteWriter()) {
    this.#out = out;
  }

  u8(type: number, value: number): this {
    return this.#header(type, 1).#padded(this.#out.u8(value));
  }

  /** In the machine's byte order. */
  u32(type: number, value: number): this {
    return this.#header(type, 4).#padded(this.#out.u32(value));
  }

  u16be(type: number, value: number): this {
    return this.#header(type, 2).#padded(this.#out.u16be(value));
  }

  u32be(type: number, value: number): this {
    return this.#header(type, 4).#padded(this.#out.u32be(value));
  }

  u64be(type: number, value: bigint): this {
    return this.#header(type, 8).#padded(this.#out.u64be(value));
  }

  bytes(type: number, value: Uint8Array): this {
    return this.#header(type, value.length).#padded(this.#out.bytes(value));
  }

  /** With the zero octet at the end that the kernel wants. */
  text(type: number, value: string): this {
    return this.#open(type, () => this.#out.text(value));
  }

  /** An attribute whose value is itself made of attributes. */
  nested(type: number, write: (inside: AttributeWriter) => void): this {
    return this.#open(type | NESTED, () => write(this));
  }

  /** An attribute whose value has a form of its own. */
  raw(type: number, write: (inside: ByteWriter) => void): this {
    return this.#open(type, () => write(this.#out));
  }

  /** All octets written so far. */
  finish(): Uint8Array {
    return this.#out.finish();
  }

  #header(type: number, length: number): this {
    this.#out.u16(HEADER_LENGTH + length).u16(type);
    return this;
  }

  #open(type: number, write: () => void): this {
    const start = this.#out.length;
    this.#header(type, 0);
    write();
    return this.#padded(this.#out.patchU16(start, this.#out.length - start));
  }

  #padded(out: ByteWriter): this {
    out.align();
    return this;
  }
}

/**
 * The attributes of a message or of a nested attribute, by type. Of a type that comes twice the last counts, as in the
 * kernel. A getter gives undefined where the attribute is missing and throws `CodecError` where its length is wrong.
 * Messages have few attributes, so that looking through them is quicker than an index of them.
 */
export class Attributes {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  /** Throws `CodecError` where an attribute is cut off. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; this.#isHeader(at); at = this.#next(at)) this.#check(at);
  }

  has(type: number): boolean {
    return this.#find(type) >= 0;
  }

  /** A view into the message, not a copy. */
  bytes(type: number): Uint8Array | undefined {
    const at = this.#find(type);
    return at < 0 ? undefined : this.#bytes.subarray(at + HEADER_LENGTH, at + this.#length(at));
  }

  u8(type: number): number | undefined {
    const at = this.#locate(type, 1);
    return at === undefined ? undefined : this.#view.getUint8(at);
  }

  /** In the machine's byte order. */
  u32(type: number): number | undefined {
    const at = this.#locate(type, 4);
    return at === undefined ? undefined : this.#view.getUint32(at, HOST_IS_LITTLE);
  }

  u16be(type: number): number | undefined {
    const at = this.#locate(type, 2);
    return at === undefined ? undefined : this.#view.getUint16(at);
  }

  u32be(type: number): number | undefined {
    const at = this.#locate(type, 4);
    return at === undefined ? undefined : this.#view.getUint32(at);
  }

  u64be(type: number): bigint | undefined {
    const at = this.#locate(type, 8);
    return at === undefined ? undefined : this.#view.getBigUint64(at);
  }

  /** Up to the first zero octet, if there is one. */
  text(type: number): string | undefined {
    const value = this.bytes(type);
    return value && decodeText(value);
  }

  nested(type: number): Attributes | undefined {
    const value = this.bytes(type);
    return value && new Attributes(value);
  }

  /** Where the last attribute of this type is, or -1. */
  #find(type: number): number {
    let found = -1;
    for (let at = 0; this.#isHeader(at); at = this.#next(at)) if (this.#type(at) === type) found = at;
    return found;
  }

  /** Whether a header fits at this offset. */
  #isHeader(at: number): boolean {
    return at + HEADER_LENGTH <= this.#bytes.length;
  }

  #length(at: number): number {
    return this.#view.getUint16(at, HOST_IS_LITTLE);
  }

  #type(at: number): number {
    return this.#view.getUint16(at + 2, HOST_IS_LITTLE) & TYPE_MASK;
  }

  #next(at: number): number {
    return at + aligned(this.#length(at));
  }

  #check(at: number): void {
    const length = this.#length(at);
    if (length >= HEADER_LENGTH && at + length <= this.#bytes.length) return;
    throw new CodecError(
      `Attribute ${this.#type(at)} claims ${length} octets at offset ${at} of ${this.#bytes.length}.`,
    );
  }

  /** Where a value of this length starts. */
  #locate(type: number, length: number): number | undefined {
    const at = this.#find(type);
    if (at < 0) return undefined;
    const present = this.#length(at) - HEADER_LENGTH;
    if (present === length) return at + HEADER_LENGTH;
    throw new CodecError(`Attribute ${type} has ${present} octets, not ${length}.`);
  }
}
