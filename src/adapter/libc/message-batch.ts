import { addressOf, receiveMessages } from "./libc.ts";

/**
 * Memory for many messages that one system call fills. All positions are octets from the start of `bytes`; what is there
 * is valid until the next `receive`.
 */
export interface MessageBatch {
  readonly bytes: Buffer;
  /** How many messages a call receives at most. */
  readonly size: number;
  /** Receives without waiting; how many messages, or the error number negated. Never throws. */
  receive(fd: number, flags: number): number;
  /** Where the sender's `struct sockaddr` is (in an error queue: the destination's). */
  nameAt(index: number): number;
  dataAt(index: number): number;
  /** Octets of the message; what didn't fit is lost. */
  dataLength(index: number): number;
  /** Where the content of the first control message of this kind is, or -1. Never throws. */
  controlAt(index: number, kind: { level: number; type: number }): number;
}

/** `struct mmsghdr` of 64-bit machines (linux/socket.h): the octets of its members. */
const HEADER = {
  size: 64,
  name: 0,
  nameLength: 8,
  vector: 16,
  vectorCount: 24,
  control: 32,
  controlLength: 40,
  flags: 48,
  length: 56,
};
const VECTOR_SIZE = 16;
/** Room for a `struct sockaddr_in6`. */
const NAME_SIZE = 32;
/** Room for an IPv4 header with options and an ICMP message of ours; longer messages aren't ours. */
const DATA_SIZE = 128;
/** Room for a time stamp and an extended error with its address. */
const CONTROL_SIZE = 160;
/** `struct cmsghdr`: its length as 64 bits, its level and its type. */
const CONTROL_HEADER = { size: 16, level: 8, type: 12 };

const alignTo8 = (length: number): number => (length + 7) & ~7;

interface Regions {
  readonly bytes: Buffer;
  readonly vectors: number;
  readonly names: number;
  readonly data: number;
  readonly controls: number;
}

const layOut = (size: number): Regions => {
  const vectors = size * HEADER.size;
  const names = vectors + size * VECTOR_SIZE;
  const data = names + size * NAME_SIZE;
  const controls = data + size * DATA_SIZE;
  return { bytes: Buffer.allocUnsafeSlow(controls + size * CONTROL_SIZE).fill(0), vectors, names, data, controls };
};

const writePointers = ({ bytes, vectors, names, data, controls }: Regions, index: number): void => {
  const pointer = (offset: number): bigint => addressOf(bytes) + BigInt(offset);
  const header = index * HEADER.size;
  const vector = vectors + index * VECTOR_SIZE;
  bytes.writeBigUInt64LE(pointer(names + index * NAME_SIZE), header + HEADER.name);
  bytes.writeBigUInt64LE(pointer(vector), header + HEADER.vector);
  bytes.writeUInt32LE(1, header + HEADER.vectorCount);
  bytes.writeBigUInt64LE(pointer(controls + index * CONTROL_SIZE), header + HEADER.control);
  bytes.writeBigUInt64LE(pointer(data + index * DATA_SIZE), vector);
  bytes.writeUInt32LE(DATA_SIZE, vector + 8);
};

/** The kernel overwrites the room that it was given with what it used. */
const resetRoom = (bytes: Buffer, count: number): void => {
  for (let header = 0; header < count * HEADER.size; header += HEADER.size) {
    bytes.writeUInt32LE(NAME_SIZE, header + HEADER.nameLength);
    bytes.writeUInt32LE(CONTROL_SIZE, header + HEADER.controlLength);
    bytes.writeUInt32LE(0, header + HEADER.flags);
  }
};

/** Where within `start`..`end` the content of a control message of this kind begins, or -1. */
const findControl = (
  bytes: Buffer,
  range: { start: number; end: number },
  kind: { level: number; type: number },
): number => {
  let at = range.start;
  while (at + CONTROL_HEADER.size <= range.end) {
    const length = bytes.readUInt32LE(at);
    if (length < CONTROL_HEADER.size || at + length > range.end) return -1;
    const matches =
      bytes.readInt32LE(at + CONTROL_HEADER.level) === kind.level &&
      bytes.readInt32LE(at + CONTROL_HEADER.type) === kind.type;
    if (matches) return at + CONTROL_HEADER.size;
    at += alignTo8(length);
  }
  return -1;
};

/** Memory for `size` messages of up to 128 octets. Throws AppError where koffi can't be loaded. */
export const openMessageBatch = (size: number): MessageBatch => {
  const regions = layOut(size);
  const { bytes } = regions;
  for (let index = 0; index < size; index++) writePointers(regions, index);
  let used = size;
  return {
    bytes,
    size,
    receive: (fd, flags) => {
      resetRoom(bytes, used);
      const count = receiveMessages({ fd, headers: bytes, count: size, flags });
      used = Math.max(count, 1);
      return count;
    },
    nameAt: (index) => regions.names + index * NAME_SIZE,
    dataAt: (index) => regions.data + index * DATA_SIZE,
    dataLength: (index) => Math.min(bytes.readUInt32LE(index * HEADER.size + HEADER.length), DATA_SIZE),
    controlAt: (index, kind) => {
      const start = regions.controls + index * CONTROL_SIZE;
      const used = bytes.readUInt32LE(index * HEADER.size + HEADER.controlLength);
      return findControl(bytes, { start, end: start + Math.min(used, CONTROL_SIZE) }, kind);
    },
  };
};
