import { CodecError } from "./codec-error.ts";
import { ByteReader, ByteWriter } from "./cursor.ts";
import { ADDRESS_LENGTH, type Family } from "./family.ts";
import { formatAddress } from "./ip.ts";

/** A question for a host's addresses. */
export interface DnsQuestion {
  /** Lower case, without a final dot; 253 octets at most. */
  readonly name: string;
  /** Which of its addresses: those of type A or of type AAAA. */
  readonly family: Family;
}

/** What a server answered. */
export interface DnsAnswer {
  /** 0..65535. */
  readonly id: number;
  /** The question that it repeats; null where that isn't one for a host's addresses. */
  readonly question: DnsQuestion | null;
  /** RCODE, 0..15. */
  readonly code: number;
  /** The addresses of the name in question or of that which its aliases lead to, in the server's order. */
  readonly addresses: readonly string[];
  /** For how long they may be kept, seconds: 0..2^31 - 1. */
  readonly lifetimeSeconds: number;
}

/** RCODEs (RFC 1035 section 4.1.1) after which the server is known to have looked the name up. */
export const CODE = { NO_ERROR: 0, NO_SUCH_NAME: 3 } as const;

/** RFC 1035 section 3.2.2, RFC 3596 section 2.1. */
const TYPE: Readonly<Record<Family, number>> = { ipv4: 1, ipv6: 28 };
const TYPE_ALIAS = 5;
const CLASS_INTERNET = 1;

/** RFC 1035 section 4.1.1: the flags of a query, and those that tell an answer to one. */
const RECURSION_DESIRED = 0x0100;
const RESPONSE = 0x8000;
const OPCODE_MASK = 0x7800;
const CODE_MASK = 0x000f;

/** RFC 1035 section 2.3.4. */
const LABEL_MAX = 63;
const NAME_MAX = 255;
/** RFC 1035 section 4.1.4: the two upper bits of a length say that the rest points to an earlier place. */
const POINTER = 0xc0;

/** Aliases of aliases; more is a loop or nonsense. */
const ALIASES_MAX = 8;

/** RFC 2181 section 8: a lifetime with its highest bit set counts as 0. */
const LIFETIME_MAX = 0x7fffffff;

const TEXT_ENCODER = new TextEncoder();

/** A query with recursion (RFC 1035 section 4). `id`: 0..65535. Throws `CodecError` where the name can't be one. */
export const encodeQuery = ({ id, name, family }: DnsQuestion & { readonly id: number }): Uint8Array => {
  const writer = new ByteWriter().u16be(id).u16be(RECURSION_DESIRED).u16be(1).u16be(0).u16be(0).u16be(0);
  const start = writer.length;
  for (const label of name.split(".")) {
    const octets = TEXT_ENCODER.encode(label);
    if (octets.length === 0 || octets.length > LABEL_MAX) throw new CodecError(`"${name}" is not a host's name.`);
    writer.u8(octets.length).bytes(octets);
  }
  writer.u8(0);
  if (writer.length - start > NAME_MAX) throw new CodecError(`"${name}" is too long for a host's name.`);
  return writer.u16be(TYPE[family]).u16be(CLASS_INTERNET).finish();
};

/** The answer in a datagram. Throws `CodecError` where it is none. */
export const decodeAnswer = (bytes: Uint8Array): DnsAnswer => {
  const reader = new ByteReader(bytes);
  const [id, flags, questions, answers] = [reader.u16be(), reader.u16be(), reader.u16be(), reader.u16be()];
  if ((flags & (RESPONSE | OPCODE_MASK)) !== RESPONSE) throw new CodecError("A DNS query is no answer.");
  if (questions !== 1) throw new CodecError(`A DNS answer repeats one question, not ${questions}.`);
  reader.skip(4);
  const question = readQuestion(bytes, reader);
  const records = question === null ? [] : readRecords(bytes, reader, answers);
  return { id, question, code: flags & CODE_MASK, ...follow(question, records) };
};

const readQuestion = (bytes: Uint8Array, reader: ByteReader): DnsQuestion | null => {
  const name = readName(bytes, reader);
  const [type, dnsClass] = [reader.u16be(), reader.u16be()];
  if (dnsClass !== CLASS_INTERNET) return null;
  if (type === TYPE.ipv4) return { name, family: "ipv4" };
  return type === TYPE.ipv6 ? { name, family: "ipv6" } : null;
};

interface ResourceRecord {
  readonly name: string;
  readonly type: number;
  readonly lifetimeSeconds: number;
  /** An address, or the name that an alias stands for. */
  readonly value: string;
}

/** A truncated answer (TC) ends with whole records all the same: its counts say how many. */
const readRecords = (bytes: Uint8Array, reader: ByteReader, count: number): ResourceRecord[] => {
  const records: ResourceRecord[] = [];
  for (let index = 0; index < count; index++) {
    const name = readName(bytes, reader);
    const [type, dnsClass, lifetime, length] = [reader.u16be(), reader.u16be(), reader.u32be(), reader.u16be()];
    const end = reader.remaining - length;
    const value = dnsClass === CLASS_INTERNET ? readValue(bytes, reader, { type, length }) : null;
    reader.skip(reader.remaining - end);
    const lifetimeSeconds = lifetime > LIFETIME_MAX ? 0 : lifetime;
    if (value !== null) records.push({ name, type, lifetimeSeconds, value });
  }
  return records;
};

const readValue = (
  bytes: Uint8Array,
  reader: ByteReader,
  { type, length }: { readonly type: number; readonly length: number },
): string | null => {
  if (type === TYPE_ALIAS) return readName(bytes, reader);
  const family = type === TYPE.ipv4 ? "ipv4" : type === TYPE.ipv6 ? "ipv6" : null;
  if (family === null) return null;
  if (length !== ADDRESS_LENGTH[family]) throw new CodecError(`A DNS record holds an address of ${length} octets.`);
  return formatAddress(reader.bytes(length));
};

/** The name that the reader is at, in lower case. Each pointer leads to an earlier place than the one before, so that none leads in a circle. */
const readName = (bytes: Uint8Array, reader: ByteReader): string => {
  const labels: string[] = [];
  let source = reader;
  let before = bytes.length - reader.remaining;
  let length = 1;
  for (;;) {
    const octet = source.u8();
    if (octet === 0) return labels.join(".");
    if ((octet & POINTER) === POINTER) {
      const to = ((octet & ~POINTER) << 8) | source.u8();
      if (to >= before) throw new CodecError("A DNS name points forward.");
      before = to;
      source = new ByteReader(bytes.subarray(to));
      continue;
    }
    length += octet + 1;
    if (octet > LABEL_MAX || length > NAME_MAX) throw new CodecError("A DNS name is too long.");
    labels.push(labelText(source.bytes(octet)));
  }
};

/** Octets that no host's name has are written as numbers, so that no label looks like two. */
const labelText = (octets: Uint8Array): string =>
  Array.from(octets, (octet) => {
    const character = String.fromCharCode(octet).toLowerCase();
    return /^[a-z0-9_-]$/.test(character) ? character : `\\${octet}`;
  }).join("");

/** Follows the aliases from the name in question to its addresses (RFC 1034 section 3.6.2). */
const follow = (
  question: DnsQuestion | null,
  records: readonly ResourceRecord[],
): Pick<DnsAnswer, "addresses" | "lifetimeSeconds"> => {
  let name = question?.name;
  let lifetimeSeconds = LIFETIME_MAX;
  for (let step = 0; question !== null && step <= ALIASES_MAX; step++) {
    const found = records.filter((record) => record.name === name && record.type === TYPE[question.family]);
    const alias = records.find((record) => record.name === name && record.type === TYPE_ALIAS);
    lifetimeSeconds = Math.min(
      lifetimeSeconds,
      ...[...found, ...(alias ? [alias] : [])].map((one) => one.lifetimeSeconds),
    );
    if (found.length > 0) return { addresses: found.map(({ value }) => value), lifetimeSeconds };
    if (alias === undefined) break;
    name = alias.value;
  }
  return { addresses: [], lifetimeSeconds: 0 };
};

/** Whether an answer is to this query: whoever can't see the query guesses neither `id` nor the port. Never throws. */
export const isAnswerTo = (answer: DnsAnswer, query: DnsQuestion & { readonly id: number }): boolean =>
  answer.id === query.id && answer.question?.name === query.name && answer.question.family === query.family;
