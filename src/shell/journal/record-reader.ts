import { CodecError } from "../../codec/codec-error.ts";
import { ByteReader } from "../../codec/cursor.ts";
import type { Event } from "../../core/event.ts";
import type { Family } from "../../core/family.ts";
import type { KernelState } from "../../core/kernel/kernel.ts";
import { CODE, EXACT_TIME, FAMILY_CODES, type JournalRecord, newThread, type Place, type Thread } from "./record.ts";
import { fromText } from "./text.ts";

type Replied = Extract<Event, { kind: "probe-replied" }>;
type TrafficCounted = Extract<Event, { kind: "traffic-counted" }>;

const TEXT_DECODER = new TextDecoder();

/** The reverse of the writer's. */
const unzigzag = (value: number): number => (value % 2 === 0 ? value / 2 : (value + 1) / -2);

/** Reads the portions of one writer in their order; each must be read to its end before the next. */
export interface RecordReader {
  /** Throws CodecError where the octets are no records. */
  read(portion: Uint8Array): Generator<JournalRecord>;
}

/** A reader of a writer's first records. Never throws. */
export const openRecordReader = (): RecordReader => {
  const thread = newThread();
  return {
    *read(portion) {
      const input = new ByteReader(portion);
      while (input.remaining > 0) yield readRecord(input, thread);
    },
  };
};

const readRecord = (input: ByteReader, thread: Thread): JournalRecord => {
  const head = input.u8();
  if (head === CODE.check) return { kind: "check", fingerprint: input.u32be() };
  const now = (head & EXACT_TIME) === 0 ? nextTime(input, thread) : finite(input.f64be());
  return { kind: "event", event: readEvent(input, thread, head & ~EXACT_TIME), now };
};

const nextTime = (input: ByteReader, thread: Thread): number => {
  thread.micros += input.varint();
  return thread.micros / 1e3;
};

const finite = (value: number): number => {
  if (Number.isFinite(value)) return value;
  throw new CodecError("A journal's time is no number.");
};

const readEvent = (input: ByteReader, thread: Thread, code: number): Event => {
  switch (code) {
    case CODE.tick:
      return { kind: "tick" };
    case CODE.replied:
      return readReply(input, thread, () => input.varint() / 1e3);
    case CODE.repliedExactly:
      return readReply(input, thread, () => input.f64be());
    case CODE.traffic:
      return readTraffic(input);
    case CODE.kernelChanged:
      return { kind: "kernel-changed" };
    case CODE.kernelRead:
      return { kind: "kernel-read", kernel: readKernel(input, thread) };
    case CODE.rare:
      return fromText(TEXT_DECODER.decode(readOctets(input))) as Event;
    default:
      throw new CodecError(`A journal has no records of the kind ${code}.`);
  }
};

const readReply = (input: ByteReader, { places }: Thread, rttMs: () => number): Replied => {
  const index = input.varint();
  const place = places[index] ?? readPlace(input, places, index);
  place.seq += unzigzag(input.varint());
  const { uplink, family, seq } = place;
  return { kind: "probe-replied", rttMs: rttMs(), uplink, family, seq };
};

const readPlace = (input: ByteReader, places: Place[], index: number): Place => {
  if (index !== places.length) throw new CodecError("A journal's answer comes from an uplink that it doesn't name.");
  const place = { family: familyOf(input.u8()), uplink: TEXT_DECODER.decode(readOctets(input)), seq: 0 };
  places.push(place);
  return place;
};

const familyOf = (code: number): Family => {
  const family = FAMILY_CODES[code];
  if (family === undefined) throw new CodecError(`There is no address family ${code}.`);
  return family;
};

const readTraffic = (input: ByteReader): TrafficCounted => {
  const counts = Array.from({ length: lengthIn(input) }, () => {
    const code = input.varint();
    return {
      number: Math.floor(code / 2),
      family: familyOf(code % 2),
      sent: input.varint(),
      received: input.varint(),
    };
  });
  return { kind: "traffic-counted", counts };
};

/** A count of things that take an octet each at least. */
const lengthIn = (input: ByteReader): number => {
  const length = input.varint();
  if (length > input.remaining) throw new CodecError(`A journal's list can't have ${length} parts here.`);
  return length;
};

const readKernel = (input: ByteReader, thread: Thread): KernelState => {
  const [first, last] = [input.varint(), input.varint()];
  const middle = readOctets(input);
  const before = thread.kernel;
  if (first + last > before.length) throw new CodecError("A journal's reading repeats more than there was before it.");
  const kernel = new Uint8Array(first + middle.length + last);
  kernel.set(before.subarray(0, first));
  kernel.set(middle, first);
  kernel.set(before.subarray(before.length - last), first + middle.length);
  thread.kernel = kernel;
  return fromText(TEXT_DECODER.decode(kernel)) as KernelState;
};

const readOctets = (input: ByteReader): Uint8Array => input.bytes(input.varint());
