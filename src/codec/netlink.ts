import { Attributes } from "./attribute.ts";
import { CodecError } from "./codec-error.ts";
import { aligned, ByteReader, ByteWriter } from "./cursor.ts";

/** `NLM_F_*` (linux/netlink.h). From 0x100 on, their meaning depends on the kind of message. */
export const FLAG = {
  REQUEST: 0x1,
  MULTI: 0x2,
  ACK: 0x4,
  /** The table changed while it was dumped; what was read may be wrong. */
  DUMP_INTERRUPTED: 0x10,
  DUMP: 0x300,
  REPLACE: 0x100,
  EXCLUSIVE: 0x200,
  CREATE: 0x400,
  /** In an acknowledgement: of the request, only the header is repeated. */
  CAPPED: 0x100,
  /** In an acknowledgement: attributes follow. */
  ACK_ATTRIBUTES: 0x200,
} as const;

/** `NLMSG_*`: the message types that mean the same in every netlink protocol. */
export const CONTROL = { NOOP: 1, ERROR: 2, DONE: 3, OVERRUN: 4 } as const;

/** `struct nlmsghdr`. */
export const HEADER_LENGTH = 16;

/** Where `nlmsg_seq` is in it. */
const SEQUENCE_AT = 8;

/** `NLMSGERR_ATTR_MSG`. */
const ATTRIBUTE_TEXT = 1;

/** What we ask of the kernel, before the connection numbers it. */
export interface Request {
  /** In words, for messages about failures: "replace a route". */
  readonly operation: string;
  readonly type: number;
  /** `FLAG` values, without REQUEST and ACK, which the connection adds. */
  readonly flags: number;
  readonly body: Uint8Array;
}

/** One netlink message. */
export interface Message {
  readonly type: number;
  readonly flags: number;
  /** Chosen by the requester, repeated in replies; 0 in notifications. */
  readonly sequence: number;
  /** `nlmsg_pid`: the requester's port. */
  readonly port: number;
  /** All after the header. When decoded, a view into the bytes given. */
  readonly body: Uint8Array;
}

/** How a request ended. */
export interface Outcome {
  /** A positive errno, 0 for success. */
  readonly errno: number;
  /** The kernel's own words (extended acknowledgement), null where it gave none. */
  readonly text: string | null;
}

/** The bytes of one message, padded. Never throws. */
export const encodeMessage = (message: Message): Uint8Array =>
  new ByteWriter(HEADER_LENGTH + aligned(message.body.length))
    .u32(HEADER_LENGTH + message.body.length)
    .u16(message.type)
    .u16(message.flags)
    .u32(message.sequence)
    .u32(message.port)
    .bytes(message.body)
    .align()
    .finish();

const decodeMessage = (reader: ByteReader): Message => {
  const length = reader.u32() - HEADER_LENGTH;
  const message = {
    type: reader.u16(),
    flags: reader.u16(),
    sequence: reader.u32(),
    port: reader.u32(),
    body: reader.bytes(length),
  };
  reader.skip(Math.min(aligned(length) - length, reader.remaining));
  return message;
};

/** The number of the request that what one `recv` gave answers, null where it is too short for a message. Never throws. */
export const sequenceOf = (bytes: Uint8Array): number | null =>
  bytes.length < HEADER_LENGTH ? null : new ByteReader(bytes.subarray(SEQUENCE_AT)).u32();

/** All messages of what one `recv` gave. Throws `CodecError` where one is cut off. */
export const decodeMessages = (bytes: Uint8Array): Message[] => {
  const reader = new ByteReader(bytes);
  const messages: Message[] = [];
  while (reader.remaining > 0) messages.push(decodeMessage(reader));
  return messages;
};

/** In an error, the request comes before the attributes: its header, and its body unless that was capped. */
const skipRequest = (reader: ByteReader, flags: number): void => {
  const length = reader.u32();
  reader.skip((flags & FLAG.CAPPED ? HEADER_LENGTH : aligned(length)) - 4);
};

const outcomeText = (message: Message, reader: ByteReader): string | null => {
  if ((message.flags & FLAG.ACK_ATTRIBUTES) === 0) return null;
  if (message.type === CONTROL.ERROR) skipRequest(reader, message.flags);
  return new Attributes(reader.rest()).text(ATTRIBUTE_TEXT) ?? null;
};

/**
 * What a message says about the end of its request: an acknowledgement or error, or the end of a dump; null for every
 * other message. `NLMSG_OVERRUN` counts as ENOBUFS (105). Throws `CodecError`.
 */
export const decodeOutcome = (message: Message): Outcome | null => {
  if (message.type === CONTROL.OVERRUN) return { errno: 105, text: null };
  if (message.type !== CONTROL.ERROR && message.type !== CONTROL.DONE) return null;
  const reader = new ByteReader(message.body);
  if (message.type === CONTROL.DONE && reader.remaining < 4) return { errno: 0, text: null };
  const result = reader.i32();
  if (result > 0) throw new CodecError(`An acknowledgement carries the error number ${result}, which is positive.`);
  return { errno: Math.abs(result), text: outcomeText(message, reader) };
};
