import { CodecError } from "../../codec/codec-error.ts";
import type { State } from "../../core/state.ts";
import { AppError } from "../../error.ts";
import { type Frame, nextFrame } from "./frame.ts";
import type { Start } from "./journal.ts";
import type { JournalRecord } from "./record.ts";
import { openRecordReader, type RecordReader } from "./record-reader.ts";
import { fromText } from "./text.ts";

/** A part of a journal, in the order in which a daemon wrote them. */
export type Piece =
  | ({ readonly kind: "start"; readonly wallOffsetMs: number } & Start)
  /** `records` must be read to their end before the next piece. */
  | { readonly kind: "events"; readonly wallOffsetMs: number; readonly records: Iterable<JournalRecord> }
  /** Octets that are no part of a journal: what a power failure or a bad disk left. What follows can't be joined to what was before. */
  | { readonly kind: "damage"; readonly octets: number };

/** More than any daemon's journal holds (octets, before compressing): a bomb. */
const CONTENT_MAX = 64 * 1024 * 1024;

/** More holes than this, and it is no journal. */
const DAMAGES_MAX = 100;

/** The pieces of a journal's octets. Throws AppError `journal-damaged` where it is no journal at all, or not a sane one. */
export function* piecesOf(bytes: Uint8Array): Generator<Piece> {
  let reader = openRecordReader();
  let damages = 0;
  let content = 0;
  for (let at = 0; at < bytes.length; ) {
    const { frame, end } = nextFrame(bytes, at);
    const octets = end - at;
    at = end;
    damages += frame === null ? 1 : 0;
    content += frame?.content.length ?? 0;
    if (damages > DAMAGES_MAX || content > CONTENT_MAX) throw damaged("it is damaged beyond use, or never was one");
    if (frame?.kind === "start") reader = openRecordReader();
    yield frame === null ? { kind: "damage", octets } : pieceOf(frame, reader);
  }
}

/** What is wrong with a journal, in a clause. */
export const damaged = (clause: string, cause?: unknown): AppError =>
  new AppError("journal-damaged", `this is no journal that can be replayed: ${clause}`, { cause });

const pieceOf = (frame: Frame, reader: RecordReader): Piece => {
  const { kind, wallOffsetMs, content } = frame;
  return kind === "start"
    ? { kind, wallOffsetMs, ...startIn(content) }
    : { kind, wallOffsetMs, records: recordsIn(content, reader) };
};

function* recordsIn(content: Uint8Array, reader: RecordReader): Generator<JournalRecord> {
  try {
    yield* reader.read(content);
  } catch (error) {
    throw error instanceof CodecError ? damaged(lowerFirst(error.detail), error) : error;
  }
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, "");

/** The version is looked at before anything else: another one's state may have another form. */
const startIn = (content: Uint8Array): Start => {
  const start = parsed(content);
  if (typeof start !== "object" || start === null) throw damaged("it begins with something else");
  const { version, continues, now, state } = start as Record<keyof Start, unknown>;
  if (typeof version !== "string" || typeof now !== "number" || typeof state !== "object" || state === null) {
    throw damaged("it begins without a state");
  }
  return { version, continues: continues === true, now, state: state as State };
};

const parsed = (content: Uint8Array): unknown => {
  try {
    return fromText(new TextDecoder().decode(content));
  } catch (error) {
    throw error instanceof CodecError ? damaged("it begins with something else", error) : error;
  }
};
