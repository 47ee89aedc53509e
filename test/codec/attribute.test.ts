import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Attributes, AttributeWriter } from "../../src/codec/attribute.ts";
import { bytesOf } from "./captured.ts";

describe("attributes", () => {
  test("come back as they were written", () => {
    const values = fc.dictionary(fc.nat(0x3fff).map(String), fc.uint8Array({ maxLength: 30 }));
    fc.assert(
      fc.property(values, (dictionary) => {
        const writer = new AttributeWriter();
        for (const [type, value] of Object.entries(dictionary)) writer.bytes(Number(type), value);
        const bytes = writer.finish();
        const attributes = new Attributes(bytes);
        expect(bytes.length % 4).toBe(0);
        for (const [type, value] of Object.entries(dictionary)) expect(attributes.bytes(Number(type))).toEqual(value);
      }),
    );
  });

  test("nest", () => {
    const writer = new AttributeWriter().nested(1, (outer) =>
      outer.u8(2, 3).nested(4, (inner) => inner.text(5, "six")),
    );
    const outer = new Attributes(writer.u16be(7, 8).finish());
    expect(outer.nested(1)?.u8(2)).toBe(3);
    expect(outer.nested(1)?.nested(4)?.text(5)).toBe("six");
    expect(outer.u16be(7)).toBe(8);
    expect(outer.has(2)).toBe(false);
    expect(outer.nested(2)).toBeUndefined();
  });

  test("the bits for nesting and byte order are not part of the type", () => {
    expect(new Attributes(bytesOf("0800014000000005")).u32be(1)).toBe(5);
    expect(new Attributes(bytesOf("0800018000000005")).u32be(1)).toBe(5);
  });

  test("of a type that comes twice the last counts", () => {
    expect(new Attributes(new AttributeWriter().u8(1, 2).u8(1, 3).finish()).u8(1)).toBe(3);
  });

  test("the last may lack its padding", () => {
    expect(new Attributes(bytesOf("0500010009")).u8(1)).toBe(9);
  });

  test.each([
    ["cut off", "0900010001020304"],
    ["shorter than its own header", "0300010000000000"],
  ])("an attribute that is %s is refused", (_, bytes) => {
    expect(() => new Attributes(bytesOf(bytes))).toThrow("claims");
  });

  test("a number of another width is refused", () => {
    expect(() => new Attributes(bytesOf("0500010009")).u32(1)).toThrow("Attribute 1 has 1 octets, not 4");
  });
});
