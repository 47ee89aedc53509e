import {
  decodeMessages,
  decodeOutcome,
  encodeMessage,
  FLAG,
  type Message,
  type Request,
  sequenceOf,
} from "../../codec/netlink.ts";
import { AppError } from "../../error.ts";
import { closeSocket, errnoName, openSocket, receive, send, sendAsync, setOption } from "../libc/libc.ts";
import { AF_NETLINK, EPERM, SOCK_RAW, SOL_NETLINK } from "../libc/linux.ts";

/** linux/netlink.h: what a netlink socket speaks. */
export const NETLINK_ROUTE = 0;
export const NETLINK_NETFILTER = 12;

/** linux/netlink.h, options of SOL_NETLINK: short acknowledgements, with text; dumps that heed every filter or refuse it. */
const NETLINK_CAP_ACK = 10;
const NETLINK_EXT_ACK = 11;
const NETLINK_GET_STRICT_CHK = 12;

/** asm-generic/errno-base.h. */
const EINTR = 4;

/** The kernel fills at most 32 KiB of a dump at a time (netlink_dump); single messages are smaller. */
const BUFFER_LENGTH = 65536;

/** A table that changes during each of so many readings changes all the time. */
const MOST_ATTEMPTS = 10;

/** A netlink request that the kernel refused. Code `not-permitted` for EPERM, else `netlink-failed`. */
export class NetlinkError extends AppError {
  /** What was asked for: "put the route to default". */
  readonly operation: string;
  readonly errno: number;
  readonly errnoName: string;
  /** The kernel's own words, null where it gave none. */
  readonly text: string | null;

  constructor(operation: string, failure: { errno: number; text: string | null }) {
    const name = errnoName(failure.errno);
    const words = failure.text === null ? name : `${name}, ${failure.text}`;
    super(failure.errno === EPERM ? "not-permitted" : "netlink-failed", `The kernel refused to ${operation}: ${words}`);
    this.operation = operation;
    this.errno = failure.errno;
    this.errnoName = name;
    this.text = failure.text;
  }
}

/** A dump: a request that is answered by any number of messages. */
export interface Dump<Item> {
  readonly request: Request;
  /** What to keep of a message, null for nothing. The message's body is overwritten after the call. */
  readonly pick: (message: Message) => Item | null;
  /** Shown each part of the dump before it is decoded: true if that isn't needed any more. The part is overwritten after the call. */
  readonly take?: (part: Uint8Array) => boolean;
  /** Asked after each part of the dump: true leaves the rest unread. */
  readonly enough?: () => boolean;
}

/** A connection to one netlink protocol of the kernel, in the network namespace that the process was in at its opening. */
export interface Netlink {
  /** Carries out a request and waits for it, some ten microseconds. Throws NetlinkError, SystemError or CodecError. */
  request(request: Request): void;
  /** As `request`, on another thread: for what keeps the kernel busy for milliseconds. */
  requestAsync(request: Request): Promise<void>;
  /** All that `pick` keeps. A dump that a change interrupted is begun anew. Throws as `request` does. */
  dump<Item>(dump: Dump<Item>): Item[];
  close(): void;
}

/** One socket and the number of its last request. */
interface Connection {
  readonly fd: number;
  sequence: number;
}

const openConnection = (protocol: number): Connection => {
  const fd = openSocket({ domain: AF_NETLINK, type: SOCK_RAW, protocol });
  for (const name of [NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK]) {
    setOption({ fd, level: SOL_NETLINK, name, value: 1 });
  }
  return { fd, sequence: 0 };
};

const numbered = (connection: Connection, request: Request, flags: number): Uint8Array => {
  connection.sequence = (connection.sequence + 1) >>> 0;
  const { type, body } = request;
  const { sequence } = connection;
  return encodeMessage({ type, flags: request.flags | FLAG.REQUEST | flags, sequence, port: 0, body });
};

/** Reads what is queued until the request has ended, or until `onPart` says that it is enough. Gives whether it has ended. */
const readReplies = (
  connection: Connection,
  request: Request,
  handler: {
    buffer: Uint8Array;
    onMessage: (message: Message) => void;
    enough: () => boolean;
    take?: ((part: Uint8Array) => boolean) | undefined;
  },
): boolean => {
  do {
    const length = receive(connection.fd, handler.buffer);
    if (length < 0) throw new NetlinkError(request.operation, { errno: -length, text: null });
    const part = handler.buffer.subarray(0, length);
    if (handler.take !== undefined && sequenceOf(part) === connection.sequence && handler.take(part)) continue;
    for (const message of decodeMessages(part)) {
      if (message.sequence !== connection.sequence) continue;
      const outcome = decodeOutcome(message);
      if (outcome === null) handler.onMessage(message);
      else if (outcome.errno === 0) return true;
      else throw new NetlinkError(request.operation, outcome);
    }
  } while (!handler.enough());
  return false;
};

const never = (): boolean => false;
const ignore = (): void => {};

const requestOn = (connection: Connection, request: Request, buffer: Uint8Array): void => {
  send(connection.fd, numbered(connection, request, FLAG.ACK));
  readReplies(connection, request, { buffer, onMessage: ignore, enough: never });
};

/** On a socket of its own, since others are sent meanwhile. The kernel has answered once the send is through. */
const requestOnThread = async (protocol: number, request: Request): Promise<void> => {
  const connection = openConnection(protocol);
  try {
    await sendAsync(connection.fd, numbered(connection, request, FLAG.ACK));
    readReplies(connection, request, { buffer: new Uint8Array(BUFFER_LENGTH), onMessage: ignore, enough: never });
  } finally {
    closeSocket(connection.fd);
  }
};

/** What was read, whether it may be wrong, and whether the kernel has more to say. */
interface Reading<Item> {
  readonly items: Item[];
  readonly interrupted: boolean;
  readonly ended: boolean;
}

const dumpOnce = <Item>(connection: Connection, dump: Dump<Item>, buffer: Uint8Array): Reading<Item> => {
  const items: Item[] = [];
  let interrupted = false;
  const onMessage = (message: Message): void => {
    if (message.flags & FLAG.DUMP_INTERRUPTED) interrupted = true;
    const item = dump.pick(message);
    if (item !== null) items.push(item);
  };
  send(connection.fd, numbered(connection, dump.request, 0));
  const { request, take, enough = never } = dump;
  const ended = readReplies(connection, request, { buffer, onMessage, enough, take });
  return { items, interrupted, ended };
};

/** Opens a connection. `protocol`: NETLINK_ROUTE or NETLINK_NETFILTER. Throws SystemError. */
export const openNetlink = ({ protocol }: { protocol: number }): Netlink => {
  const buffer = new Uint8Array(BUFFER_LENGTH);
  let connection = openConnection(protocol);
  const reopen = (): void => {
    closeSocket(connection.fd);
    connection = openConnection(protocol);
  };
  const dump = <Item>(wanted: Dump<Item>): Item[] => {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
      const { items, interrupted, ended } = dumpOnce(connection, wanted, buffer);
      if (!ended) reopen();
      if (!interrupted) return items;
    }
    throw new NetlinkError(wanted.request.operation, { errno: EINTR, text: "it changed during each reading" });
  };
  return {
    request: (request) => requestOn(connection, request, buffer),
    requestAsync: (request) => requestOnThread(protocol, request),
    dump,
    close: () => closeSocket(connection.fd),
  };
};
