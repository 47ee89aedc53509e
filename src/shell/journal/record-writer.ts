import { ByteWriter } from "../../codec/cursor.ts";
import type { Event } from "../../core/event.ts";
import { CODE, EXACT_TIME, FAMILY_CODES, newThread, type Place, type Thread } from "./record.ts";
import { toText } from "./text.ts";

type Replied = Extract<Event, { kind: "probe-replied" }>;
type TrafficCounted = Extract<Event, { kind: "traffic-counted" }>;

const TEXT_ENCODER = new TextEncoder();

/** Small numbers of either sign become small ones without: 0, −1, 1, −2 … are 0, 1, 2, 3 … */
const zigzag = (value: number): number => (value >= 0 ? value * 2 : value * -2 - 1);

/** Whole microseconds, or null where the value isn't exactly that. */
const microsOf = (ms: number): number | null => {
  const micros = Math.round(ms * 1e3);
  return micros >= 0 && Number.isSafeInteger(micros) && micros / 1e3 === ms ? micros : null;
};

/** Writes records, each in a few octets. */
export interface RecordWriter {
  event(event: Event, now: number): void;
  /** Of all commands since the start. */
  check(fingerprint: number): void;
  /** Octets written since they were last taken. */
  length(): number;
  /** What was written since; valid until the next record. */
  take(): Uint8Array;
}

/** A writer whose reader has read nothing yet. Never throws. */
export const openRecordWriter = (): RecordWriter => {
  const thread = newThread();
  const out = new ByteWriter(RECORDS_USUAL);
  let taken = true;
  const ready = (): ByteWriter => {
    if (taken) out.clear();
    taken = false;
    return out;
  };
  return {
    event: (event, now) => writeEvent(ready(), thread, { event, now }),
    check: (fingerprint) => void ready().u8(CODE.check).u32be(fingerprint),
    length: () => (taken ? 0 : out.length),
    take: () => {
      const bytes = ready().finish();
      taken = true;
      return bytes;
    },
  };
};

/** A portion of records is a little larger than 64 KiB at the most, unless texts are long. */
const RECORDS_USUAL = 72 * 1024;

interface Timed {
  readonly event: Event;
  readonly now: number;
}

const writeEvent = (out: ByteWriter, thread: Thread, { event, now }: Timed): void => {
  const head = (code: number): ByteWriter => writeHead(out, thread, { code, now });
  switch (event.kind) {
    case "tick":
      head(CODE.tick);
      break;
    case "probe-replied":
      writeReply(head, thread, event);
      break;
    case "traffic-counted":
      if (isCountable(event)) writeTraffic(head(CODE.traffic), event);
      else writeRare(head(CODE.rare), event);
      break;
    case "kernel-changed":
      head(CODE.kernelChanged);
      break;
    case "kernel-read":
      writeKernel(head(CODE.kernelRead), thread, TEXT_ENCODER.encode(toText(event.kernel)));
      break;
    default:
      writeRare(head(CODE.rare), event);
  }
};

const writeHead = (out: ByteWriter, thread: Thread, { code, now }: { code: number; now: number }): ByteWriter => {
  const micros = microsOf(now);
  if (micros === null || micros < thread.micros) return out.u8(code | EXACT_TIME).f64be(now);
  out.u8(code).varint(micros - thread.micros);
  thread.micros = micros;
  return out;
};

const writeReply = (head: (code: number) => ByteWriter, { places }: Thread, reply: Replied): void => {
  const micros = microsOf(reply.rttMs);
  const out = head(micros === null ? CODE.repliedExactly : CODE.replied);
  const known = places.findIndex(({ uplink, family }) => uplink === reply.uplink && family === reply.family);
  out.varint(known < 0 ? places.length : known);
  const place = places[known] ?? newPlace(out, places, reply);
  out.varint(zigzag(reply.seq - place.seq));
  place.seq = reply.seq;
  if (micros === null) out.f64be(reply.rttMs);
  else out.varint(micros);
};

const newPlace = (out: ByteWriter, places: Place[], { uplink, family }: Replied): Place => {
  const place = { uplink, family, seq: 0 };
  places.push(place);
  writeOctets(out.u8(FAMILY_CODES.indexOf(family)), TEXT_ENCODER.encode(uplink));
  return place;
};

const isCountable = ({ counts }: TrafficCounted): boolean =>
  counts.every((count) => isNatural(count.number) && isNatural(count.sent) && isNatural(count.received));

const isNatural = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

const writeTraffic = (out: ByteWriter, { counts }: TrafficCounted): void => {
  out.varint(counts.length);
  for (const { number, family, sent, received } of counts) {
    out
      .varint(number * 2 + FAMILY_CODES.indexOf(family))
      .varint(sent)
      .varint(received);
  }
};

/** Readings are mostly alike: what both ends have in common with the one before is left out. */
const writeKernel = (out: ByteWriter, thread: Thread, kernel: Uint8Array): void => {
  const before = thread.kernel;
  const shorter = Math.min(before.length, kernel.length);
  let first = 0;
  while (first < shorter && before[first] === kernel[first]) first += 1;
  let last = 0;
  while (last < shorter - first && before[before.length - 1 - last] === kernel[kernel.length - 1 - last]) last += 1;
  out.varint(first).varint(last);
  writeOctets(out, kernel.subarray(first, kernel.length - last));
  thread.kernel = kernel;
};

const writeOctets = (out: ByteWriter, octets: Uint8Array): void => void out.varint(octets.length).bytes(octets);

const writeRare = (out: ByteWriter, event: Event): void => writeOctets(out, TEXT_ENCODER.encode(toText(event)));
