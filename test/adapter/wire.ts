import { writeSysctl } from "../../src/adapter/kernel/sysctl.ts";
import { bindSocket, closeSocket, openSocket, receive } from "../../src/adapter/libc/libc.ts";
import { AF_INET, AF_INET6, IPPROTO_ICMP, IPPROTO_ICMPV6, SOCK_RAW } from "../../src/adapter/libc/linux.ts";
import { parseAddress } from "../../src/codec/ip.ts";
import { enterNamespace, type Namespace } from "../fake/namespace.ts";
import { until } from "./until.ts";

/** The peer's addresses: `other` is a second one of its own, `behind` is one off the link,
 * `unreachable` is routed to it, and it has no way there. */
export const PEER = {
  ipv4: {
    address: "10.87.0.2",
    other: "10.87.0.3",
    unreachable: "198.51.100.1",
    local: "10.87.0.2",
    behind: "203.0.113.9",
  },
  ipv6: { address: "fd87::2", other: "fd87::3", unreachable: "2001:db8::1", local: "fe80::2", behind: "fd88::9" },
} as const;

export const OWN = { ipv4: "10.87.0.1", ipv6: "fd87::1" } as const;

/** A namespace that this process is in, with `wan0`, and a peer at the other end of it that speaks both families. */
export interface Wire {
  readonly own: Namespace;
  /** Runs `ip` in the peer's namespace. */
  peerIp(...args: readonly string[]): void;
  /** Runs any program in the peer's namespace. */
  peerRun(...argv: readonly string[]): void;
  /** Sets a sysctl of the peer. */
  peerSysctl(name: string, value: string): void;
  /** A raw ICMP socket of the peer's, bound to one of its addresses. */
  openPeerSocket(address: string): number;
  dispose(): void;
}

/** A `struct sockaddr` with this address. */
export const socketAddress = (text: string): Uint8Array => {
  const address = parseAddress(text);
  const isIPv4 = address.length === 4;
  const bytes = Buffer.alloc(isIPv4 ? 16 : 28);
  bytes.writeUInt16LE(isIPv4 ? AF_INET : AF_INET6, 0);
  bytes.set(address, isIPv4 ? 4 : 8);
  return bytes;
};

const openRawSocket = (address: string): number => {
  const isIPv4 = !address.includes(":");
  return openSocket({
    domain: isIPv4 ? AF_INET : AF_INET6,
    type: SOCK_RAW,
    protocol: isIPv4 ? IPPROTO_ICMP : IPPROTO_ICMPV6,
  });
};

/** It was open before it was bound, and heard everything. */
const forgetQueued = (fd: number): void => {
  const buffer = Buffer.alloc(2048);
  while (receive(fd, buffer) > 0);
};

/** What a raw socket receives next, waiting for it. */
export const receiveSoon = async (fd: number, wanted: (message: Buffer) => boolean = () => true): Promise<Buffer> => {
  const buffer = Buffer.alloc(2048);
  let message = Buffer.alloc(0);
  await until(() => {
    const length = receive(fd, buffer);
    message = Buffer.from(buffer.subarray(0, Math.max(length, 0)));
    return length > 0 && wanted(message);
  });
  return message;
};

const preparePeer = (): void => {
  writeSysctl("net/ipv6/conf/default/accept_dad", "0");
  writeSysctl("net/ipv4/ip_forward", "1");
  writeSysctl("net/ipv6/conf/all/forwarding", "1");
  writeSysctl("net/ipv4/icmp_ratelimit", "0");
  writeSysctl("net/ipv6/icmp/ratelimit", "0");
};

const connect = (own: Namespace, peerIp: Wire["peerIp"], peerName: string): void => {
  own.ip("link", "add", "wan0", "type", "veth", "peer", "name", "far0", "netns", peerName);
  for (const address of [`${OWN.ipv4}/24`, `${OWN.ipv6}/64`]) own.ip("address", "add", address, "dev", "wan0");
  for (const address of ["10.87.0.2/24", "10.87.0.3/24", "fd87::2/64", "fd87::3/64", "fe80::2/64"]) {
    peerIp("address", "add", address, "dev", "far0");
  }
  own.ip("link", "set", "wan0", "up");
  peerIp("link", "set", "far0", "up");
  for (const { behind } of Object.values(PEER)) peerIp("address", "add", behind, "dev", "far0");
  own.ip("route", "add", "default", "via", PEER.ipv4.address);
  own.ip("-6", "route", "add", "default", "via", PEER.ipv6.address);
  peerIp("route", "add", "unreachable", "198.51.100.0/24");
  peerIp("-6", "route", "add", "unreachable", "2001:db8::/32");
};

/** The first echo over a new link may wait a second for neighbour discovery. */
const awaitNeighbours = (own: Namespace): void => {
  const addresses = Object.values(PEER).flatMap(({ address, other }) => [address, other]);
  for (const address of [...addresses, "fe80::2%wan0"]) own.run("fping", "-q", "-r", "20", "-t", "200", address);
};

/**
 * Builds it. Sockets stay in the namespace that they were opened in, hence the peer's are opened before ours is entered;
 * `serve` opens others there.
 */
export const openWire = (serve: () => void = () => {}): Wire => {
  const peer = enterNamespace();
  preparePeer();
  serve();
  const peerSockets = [...Array(4)].flatMap(() => [openRawSocket("0.0.0.0"), openRawSocket("::")]);
  const own = enterNamespace();
  writeSysctl("net/ipv6/conf/default/accept_dad", "0");
  const peerIp = (...args: readonly string[]): void => void own.ip("-n", peer.name, ...args);
  const peerRun = (...argv: readonly string[]): void => void own.run("ip", "netns", "exec", peer.name, ...argv);
  connect(own, peerIp, peer.name);
  awaitNeighbours(own);
  const spare = {
    ipv4: peerSockets.filter((_, index) => index % 2 === 0),
    ipv6: peerSockets.filter((_, index) => index % 2 === 1),
  };
  return {
    own,
    peerIp,
    peerRun,
    peerSysctl: (name, value) => peerRun("sh", "-c", `echo '${value}' > /proc/sys/${name}`),
    openPeerSocket: (address) => {
      const fd = (address.includes(":") ? spare.ipv6 : spare.ipv4).shift();
      if (fd === undefined) throw new Error("no spare socket left");
      bindSocket(fd, socketAddress(address));
      forgetQueued(fd);
      return fd;
    },
    dispose: () => {
      own.dispose();
      peer.dispose();
      for (const fd of peerSockets) closeSocket(fd);
    },
  };
};
