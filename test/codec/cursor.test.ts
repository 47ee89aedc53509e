import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aligned, ByteReader, ByteWriter } from "../../src/codec/cursor.ts";
import { u32 } from "./arbitrary.ts";

describe("the cursor", () => {
  test("reads what was written, however small the buffer was at first", () => {
    const blob = fc.uint8Array({ maxLength: 40 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        u32,
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        blob,
        (capacity, number, big, bytes) => {
          const writer = new ByteWriter(capacity).u8(number).u16(number).u32(number).u16be(number).u32be(number);
          const reader = new ByteReader(writer.u64be(big).bytes(bytes).align().finish());
          expect(reader.u8()).toBe(number & 0xff);
          expect(reader.u16()).toBe(number & 0xffff);
          expect(reader.u32()).toBe(number);
          expect(reader.u16be()).toBe(number & 0xffff);
          expect(reader.u32be()).toBe(number);
          expect(reader.u64be()).toBe(big);
          expect(reader.bytes(bytes.length)).toEqual(bytes);
          expect(reader.rest().every((octet) => octet === 0)).toBe(true);
        },
      ),
    );
  });

  test("a writer that is used again leaves nothing of before between what it writes", () => {
    const writer = new ByteWriter(8).u32(0xffff_ffff).u32(0xffff_ffff).clear();
    expect([...writer.u8(1).align().u8(2).zeros(3).finish()]).toEqual([1, 0, 0, 0, 2, 0, 0, 0]);
  });

  test("whole numbers take as few octets as they need, others eight", () => {
    const whole = fc.oneof(fc.nat(), fc.maxSafeNat(), fc.constantFrom(0, 127, 128, 2 ** 32, Number.MAX_SAFE_INTEGER));
    fc.assert(
      fc.property(whole, fc.double(), (number, float) => {
        const reader = new ByteReader(new ByteWriter(1).varint(number).f64be(float).finish());
        expect(reader.varint()).toBe(number);
        expect(reader.f64be()).toBe(float);
        expect(reader.remaining).toBe(0);
      }),
    );
    expect([...new ByteWriter().varint(127).varint(300).finish()]).toEqual([127, 0xac, 2]);
    expect(() => new ByteReader(new Uint8Array(9).fill(0xff)).varint()).toThrow("too large");
  });

  test("a writer that is cleared begins anew", () => {
    expect([...new ByteWriter().u32be(1).clear().u8(7).finish()]).toEqual([7]);
  });

  test("big-endian numbers have the highest octet first", () => {
    expect([...new ByteWriter().u16be(0x0102).u32be(0x03040506).finish()]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("a negative number is a two's complement", () => {
    expect(new ByteReader(new ByteWriter().u32(-105).finish()).i32()).toBe(-105);
  });

  test("text ends at its zero octet, or where the octets end", () => {
    expect(new ByteReader(new ByteWriter().text("wän0").u8(7).finish()).text()).toBe("wän0");
    expect(new ByteReader(new ByteWriter().u8(0x61).finish()).text()).toBe("a");
  });

  test("reading past the end says where", () => {
    expect(() => new ByteReader(new Uint8Array(3)).u32()).toThrow(
      "4 octets were due at offset 0, but the message ends at 3",
    );
    expect(() => new ByteReader(new Uint8Array(3)).skip(-1)).toThrow("due");
  });

  test("reads within a view only", () => {
    const whole = new ByteWriter().u32be(1).u32be(2).u32be(3).finish();
    const reader = new ByteReader(whole.subarray(4, 8));
    expect(reader.u32be()).toBe(2);
    expect(() => reader.u8()).toThrow("due");
  });

  test("lengths are rounded up to four", () => {
    expect([0, 1, 4, 5].map(aligned)).toEqual([0, 4, 4, 8]);
  });
});
