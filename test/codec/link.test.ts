import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeLink, encodeLink } from "../../src/codec/link.ts";
import { index, u32 } from "./arbitrary.ts";
import { bodyOf, bytesOf, type Dump, loadCapture } from "./captured.ts";

const dump = loadCapture<Dump>("rtnetlink-dump");

describe("links", () => {
  test("are read as the kernel lists them", () => {
    const row = ({ index, name, adminUp, carrier, pointToPoint }: ReturnType<typeof decodeLink>) =>
      [index, name, adminUp && "up", carrier && "carrier", pointToPoint && "point-to-point"].filter(Boolean).join(" ");
    expect(dump.links.map((link) => row(decodeLink(bodyOf(link))))).toEqual([
      "1 lo up carrier",
      "2 isp0 up carrier",
      "3 wan0 up carrier",
      "4 isp1",
      "5 wan1 up",
      "6 ppp0 up point-to-point",
    ]);
  });

  test("come back as they were written", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9.-]{0,14}$/);
    const [adminUp, carrier, pointToPoint] = [fc.boolean(), fc.boolean(), fc.boolean()];
    fc.assert(
      fc.property(fc.record({ index, name, mtu: u32, adminUp, carrier, pointToPoint }), (link) => {
        expect(decodeLink(encodeLink(link))).toEqual(link);
      }),
    );
  });

  test("one without a name is refused", () => {
    expect(() => decodeLink(bytesOf("00000000070000000000000000000000"))).toThrow("link 7 lacks its name");
  });
});
