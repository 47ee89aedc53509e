import type { Family } from "../codec/family.ts";
import { AppError } from "../error.ts";
import { closeSocket, openSocket, SystemError, setOption } from "./libc.ts";
import {
  AF_INET,
  AF_INET6,
  ENODEV,
  ICMP_FILTER,
  ICMPV6_FILTER,
  IP_RECVERR,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPV6_RECVERR,
  SO_BINDTODEVICE,
  SO_MARK,
  SO_RCVBUFFORCE,
  SO_TIMESTAMPNS_NEW,
  SOCK_DGRAM,
  SOCK_RAW,
  SOL_ICMPV6,
  SOL_IP,
  SOL_IPV6,
  SOL_RAW,
  SOL_SOCKET,
} from "./linux.ts";
import type { MessageBatch } from "./message-batch.ts";
import { random32 } from "./random.ts";

/** Through which uplink echo requests leave. */
export interface IcmpSocketOptions {
  readonly family: Family;
  readonly interface: string;
  /** The packet mark (SO_MARK). */
  readonly mark: number;
}

/** A socket for echo requests and their replies, and for ICMP errors about them (MSG_ERRQUEUE). */
export interface IcmpSocket {
  readonly fd: number;
  /** What the identifier must be, where we choose it; null: a ping socket, whose identifiers the kernel sets and checks. */
  readonly identifier: number | null;
  /** Whether what is received begins with an IPv4 header. */
  readonly hasIpHeader: boolean;
}

interface Protocol {
  readonly domain: number;
  readonly protocol: number;
  /** Makes the kernel queue ICMP errors, and marks them in the queue. */
  readonly errors: { readonly level: number; readonly name: number };
  /** `struct sock_extended_err` (linux/errqueue.h): whence such errors come, and the types that say that the request was discarded. */
  readonly origin: number;
  readonly discarded: readonly number[];
  /** Lets only echo replies wake a raw socket: a set bit blocks a type. */
  readonly filter: { readonly level: number; readonly name: number; readonly value: Uint8Array };
}

/** `linux/icmp.h`, struct icmp_filter: all but type 0. */
const ONLY_ECHO_REPLY = Uint8Array.of(0xfe, 0xff, 0xff, 0xff);
/** `linux/icmpv6.h`, struct icmp6_filter: all but type 129, which is bit 1 of octet 16. */
const ONLY_ECHO_REPLY_V6 = new Uint8Array(32).fill(0xff).fill(0xfd, 16, 17);

/** Discarded: unreachable, time exceeded, parameter problem (RFC 792, RFC 4443). */
const PROTOCOLS: Readonly<Record<Family, Protocol>> = {
  ipv4: {
    domain: AF_INET,
    protocol: IPPROTO_ICMP,
    errors: { level: SOL_IP, name: IP_RECVERR },
    origin: 2,
    discarded: [3, 11, 12],
    filter: { level: SOL_RAW, name: ICMP_FILTER, value: ONLY_ECHO_REPLY },
  },
  ipv6: {
    domain: AF_INET6,
    protocol: IPPROTO_ICMPV6,
    errors: { level: SOL_IPV6, name: IPV6_RECVERR },
    origin: 3,
    discarded: [1, 3, 4],
    filter: { level: SOL_ICMPV6, name: ICMPV6_FILTER, value: ONLY_ECHO_REPLY_V6 },
  },
};

/** Room for the replies of a stalled second at a thousand probes a second. */
const RECEIVE_BUFFER_SIZE = 1 << 20;

/** A ping socket wakes only for its own replies, but needs `net.ipv4.ping_group_range`, which a new namespace doesn't grant to root either. */
const openPingOrRaw = ({ domain, protocol }: Protocol): { fd: number; raw: boolean } => {
  try {
    return { fd: openSocket({ domain, type: SOCK_DGRAM, protocol }), raw: false };
  } catch {
    return { fd: openSocket({ domain, type: SOCK_RAW, protocol }), raw: true };
  }
};

const bindToInterface = (fd: number, name: string): void => {
  try {
    setOption({ fd, level: SOL_SOCKET, name: SO_BINDTODEVICE, value: Buffer.from(`${name}\0`) });
  } catch (error) {
    const missing = error instanceof SystemError && error.errno === ENODEV;
    throw missing ? new AppError("interface-missing", `There is no interface ${name}.`, { cause: error }) : error;
  }
};

/** The error number in an ICMP error that says that the request was discarded, null for other messages. Never throws. */
export const discardError = (family: Family, batch: MessageBatch, index: number): number | null => {
  const { errors, origin, discarded } = PROTOCOLS[family];
  const at = batch.controlAt(index, { level: errors.level, type: errors.name });
  if (at < 0 || batch.bytes[at + 4] !== origin) return null;
  return discarded.includes(batch.bytes[at + 5] ?? 0) ? batch.bytes.readUInt32LE(at) : null;
};

const configure = (fd: number, options: IcmpSocketOptions): void => {
  bindToInterface(fd, options.interface);
  setOption({ fd, level: SOL_SOCKET, name: SO_MARK, value: options.mark });
  setOption({ fd, level: SOL_SOCKET, name: SO_RCVBUFFORCE, value: RECEIVE_BUFFER_SIZE });
  setOption({ fd, level: SOL_SOCKET, name: SO_TIMESTAMPNS_NEW, value: 1 });
  setOption({ fd, ...PROTOCOLS[options.family].errors, value: 1 });
};

/**
 * Opens the socket. Bound to the interface's index: it survives a rename, but not the removal of the interface.
 * Throws AppError `interface-missing`, SystemError.
 */
export const openIcmpSocket = (options: IcmpSocketOptions): IcmpSocket => {
  const protocol = PROTOCOLS[options.family];
  const { fd, raw } = openPingOrRaw(protocol);
  try {
    configure(fd, options);
    if (raw) setOption({ fd, ...protocol.filter });
  } catch (error) {
    closeSocket(fd);
    throw error;
  }
  return { fd, identifier: raw ? random32() & 0xffff : null, hasIpHeader: raw && options.family === "ipv4" };
};
