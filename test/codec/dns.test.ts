import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CodecError } from "../../src/codec/codec-error.ts";
import { type DnsAnswer, type DnsQuestion, decodeAnswer, encodeQuery, isAnswerTo } from "../../src/codec/dns.ts";
import { parseAddress } from "../../src/codec/ip.ts";
import { address, family, u32 } from "./arbitrary.ts";
import { bytesOf, loadCapture } from "./captured.ts";

/** Answers of a server, in hexadecimal. */
interface Answers {
  readonly twoAddresses: string;
  readonly ipv6: string;
  readonly alias: string;
  readonly noSuchName: string;
  readonly refused: string;
}

const {
  twoAddresses: TWO_ADDRESSES,
  ipv6: IPV6,
  alias: ALIAS,
  noSuchName: NO_SUCH_NAME,
  refused: REFUSED,
} = loadCapture<Answers>("dns");
const CAPTURES = [TWO_ADDRESSES, IPV6, ALIAS, NO_SUCH_NAME, REFUSED];

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
const name = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join("."));
const u16 = fc.nat(0xffff);
const question = fc.record({ name, family });

interface Answered {
  readonly question: DnsQuestion;
  readonly id: number;
  readonly code: number;
  readonly addresses: readonly string[];
  readonly lifetime: number;
}

const answered: fc.Arbitrary<Answered> = question.chain((asked) =>
  fc.record({
    question: fc.constant(asked),
    id: u16,
    code: fc.nat(15),
    addresses: fc.array(address(asked.family), { maxLength: 4 }),
    lifetime: u32,
  }),
);

const big = (value: number, length: number): number[] =>
  Array.from({ length }, (_, at) => Math.floor(value / 256 ** (length - 1 - at)) % 256);

/** What a server makes of a query, each name a pointer to the question's. */
const answerBytes = ({ question: asked, id, code, addresses, lifetime }: Answered): Uint8Array => {
  const query = encodeQuery({ ...asked, id });
  const records = addresses.flatMap((text) => {
    const bytes = parseAddress(text);
    const type = bytes.length === 4 ? 1 : 28;
    return [0xc0, 12, ...big(type, 2), 0, 1, ...big(lifetime, 4), ...big(bytes.length, 2), ...bytes];
  });
  const header = [...query.subarray(0, 2), 0x81, 0x80 | code, 0, 1, ...big(addresses.length, 2), 0, 0, 0, 0];
  return Uint8Array.from([...header, ...query.subarray(12), ...records]);
};

const decoded = (hex: string): DnsAnswer => decodeAnswer(bytesOf(hex));

describe("captured answers", () => {
  const host = { name: "host.example.org", family: "ipv4" };

  test("hold the addresses in the server's order, and how long they may be kept", () => {
    expect(decoded(TWO_ADDRESSES)).toEqual({
      id: 0x1234,
      question: host,
      code: 0,
      addresses: ["192.0.2.80", "192.0.2.81"],
      lifetimeSeconds: 300,
    });
    expect(decoded(IPV6)).toMatchObject({ question: { ...host, family: "ipv6" }, addresses: ["2001:db8::80"] });
  });

  test("with an alias hold the addresses of what it leads to", () => {
    const question = { name: "www.example.org", family: "ipv4" };
    expect(decoded(ALIAS)).toMatchObject({ question, addresses: ["192.0.2.81", "192.0.2.80"], lifetimeSeconds: 300 });
  });

  test("may say that there is no such name, or that the server won't tell", () => {
    expect(decoded(NO_SUCH_NAME)).toMatchObject({ code: 3, addresses: [], lifetimeSeconds: 0 });
    expect(decoded(REFUSED)).toMatchObject({ code: 5, addresses: [] });
  });

  test("are never worse than refused when damaged", () => {
    const damage = fc.record({ at: fc.nat(200), octet: fc.nat(255), length: fc.nat(200) });
    fc.assert(
      fc.property(fc.constantFrom(...CAPTURES), fc.array(damage, { minLength: 1, maxLength: 6 }), (hex, damages) => {
        const bytes = Uint8Array.from(bytesOf(hex));
        for (const { at, octet } of damages) bytes[at % bytes.length] = octet;
        try {
          const { addresses } = decodeAnswer(bytes.subarray(0, damages[0]?.length ?? 0));
          expect(addresses.length).toBeLessThan(10);
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("answers", () => {
  test("come back as a server wrote them", () => {
    fc.assert(
      fc.property(answered, (one) => {
        const { id, question: asked, code, addresses, lifetime } = one;
        const kept = addresses.length === 0 || lifetime > 0x7fffffff ? 0 : lifetime;
        expect(decodeAnswer(answerBytes(one))).toEqual({ id, question: asked, code, addresses, lifetimeSeconds: kept });
      }),
    );
  });

  test("fit the query that they answer, and no other", () => {
    fc.assert(
      fc.property(answered, u16, question, (one, id, other) => {
        const answer = decodeAnswer(answerBytes(one));
        const query = { ...one.question, id: one.id };
        expect(isAnswerTo(answer, query)).toBe(true);
        expect(isAnswerTo(answer, { ...query, id })).toBe(id === one.id);
        const same = other.name === query.name && other.family === query.family;
        expect(isAnswerTo(answer, { ...other, id: one.id })).toBe(same);
      }),
    );
  });

  test("hold no address of another name", () => {
    const foreign = answerBytes({
      question: { name: "a.example", family: "ipv4" },
      id: 1,
      code: 0,
      addresses: ["192.0.2.1"],
      lifetime: 1,
    });
    const at = foreign.length - 16;
    foreign.set([0xc0, 14], at);
    expect(decodeAnswer(foreign).addresses).toEqual([]);
  });

  test.each([
    ["a query", "123401000001000000000000026e78076578616d706c65036f72670000010001"],
    ["two questions", "123481800002000000000000026e780000010001026e780000010001"],
    ["a name that points to itself", "123481800001000000000000c00c00010001"],
    ["names that point at each other", "1234818000010001000000000161c00e0161c00c00010001"],
    ["a label that is too long", `12348180000100000000000040${"61".repeat(64)}0000010001`],
    [
      "an address of three octets",
      `${NO_SUCH_NAME.replace("81830001000000", "81800001000100")}c00c0001000100000001000301020304`,
    ],
    ["nothing", ""],
  ])("%s is refused", (_, hex) => {
    expect(() => decoded(hex)).toThrow(CodecError);
  });

  test("keep a dot within a label from looking like two labels", () => {
    expect(decoded("1234818000010000000000000b6578616d706c652e6f72670000010001").question?.name).toBe("example\\46org");
  });

  test("with aliases in a circle lead nowhere", () => {
    const circle = `123481800001000100000000${"016100"}00010001${"c00c"}0005000100000001${"0002"}c00c`;
    expect(decoded(circle).addresses).toEqual([]);
  });
});

describe("queries", () => {
  test("have the form of RFC 1035", () => {
    const query = encodeQuery({ id: 0x1234, name: "nx.example.org", family: "ipv4" });
    expect(Buffer.from(query).toString("hex")).toBe("123401000001000000000000026e78076578616d706c65036f72670000010001");
  });

  test.each(["", "a..b", ".a", `${"a".repeat(64)}.org`, `${"a.".repeat(127)}org`])("for %j are refused", (bad) => {
    expect(() => encodeQuery({ id: 0, name: bad, family: "ipv6" })).toThrow(CodecError);
  });
});
