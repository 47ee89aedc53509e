import type { Family } from "../../codec/family.ts";
import { closeSocket, openSocket, setOption } from "../libc/libc.ts";
import {
  AF_INET,
  AF_INET6,
  ICMP_FILTER,
  ICMPV6_FILTER,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  SO_RCVBUFFORCE,
  SO_TIMESTAMPNS_NEW,
  SOCK_DGRAM,
  SOCK_RAW,
  SOL_ICMPV6,
  SOL_RAW,
  SOL_SOCKET,
} from "../libc/linux.ts";
import { random32 } from "../random.ts";
import { queueErrors } from "./icmp-error.ts";
import { bindToUplink, type UplinkBinding } from "./uplink-socket.ts";

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
  /** Lets only echo replies wake a raw socket: a set bit blocks a type. */
  readonly filter: { readonly level: number; readonly name: number; readonly value: Uint8Array };
}

/** `linux/icmp.h`, struct icmp_filter: all but type 0. */
const ONLY_ECHO_REPLY = Uint8Array.of(0xfe, 0xff, 0xff, 0xff);
/** `linux/icmpv6.h`, struct icmp6_filter: all but type 129, which is bit 1 of octet 16. */
const ONLY_ECHO_REPLY_V6 = new Uint8Array(32).fill(0xff).fill(0xfd, 16, 17);

const PROTOCOLS: Readonly<Record<Family, Protocol>> = {
  ipv4: {
    domain: AF_INET,
    protocol: IPPROTO_ICMP,
    filter: { level: SOL_RAW, name: ICMP_FILTER, value: ONLY_ECHO_REPLY },
  },
  ipv6: {
    domain: AF_INET6,
    protocol: IPPROTO_ICMPV6,
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

const configure = (fd: number, options: UplinkBinding): void => {
  bindToUplink(fd, options);
  setOption({ fd, level: SOL_SOCKET, name: SO_RCVBUFFORCE, value: RECEIVE_BUFFER_SIZE });
  setOption({ fd, level: SOL_SOCKET, name: SO_TIMESTAMPNS_NEW, value: 1 });
  queueErrors(fd, options.family, true);
};

/** Opens the socket, bound to its uplink. Throws AppError `interface-missing`, SystemError. */
export const openIcmpSocket = (options: UplinkBinding): IcmpSocket => {
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
