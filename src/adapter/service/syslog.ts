import { hostname } from "node:os";
import { parseAddress } from "../../codec/ip.ts";
import { openSocket, sendTo } from "../libc/libc.ts";
import { AF_UNIX, SOCK_DGRAM } from "../libc/linux.ts";
import { makeSocketAddress, SOCKET_ADDRESS } from "../libc/socket-address.ts";
import { unixAddress } from "../libc/unix-address.ts";
import { type LogLevel, PRIORITIES, printable } from "../log.ts";

/** Nobody · the machine's own syslog daemon · one on the network. */
export type SyslogTarget = "none" | "local" | { readonly address: string; readonly port: number };

/** Takes a line of the log. What nobody receives is lost, as with syslog(3). Never throws, never waits. */
export type Syslog = (level: LogLevel, text: string) => void;

/** `syslog.h`: LOG_DAEMON. */
const FACILITY = 3 << 3;

/** RFC 5426 section 3.2: what every receiver takes. */
const OCTETS_MAX = 2048;

const LOCAL_PATH = "/dev/log";

/** A way to a syslog daemon. `path`: the local one's socket. Throws SystemError where no socket is to be had. */
export const openSyslog = (target: SyslogTarget, path: string = LOCAL_PATH): Syslog => {
  if (target === "none") return () => {};
  const { address, domain, write } = target === "local" ? toLocal(path) : toNetwork(target);
  if (address === null) return () => {};
  const fd = openSocket({ domain, type: SOCK_DGRAM, protocol: 0 });
  return (level, text) => {
    const line = Buffer.from(write(FACILITY | PRIORITIES[level], printable(text)));
    sendTo(fd, line.subarray(0, OCTETS_MAX), address);
  };
};

interface Way {
  readonly address: Uint8Array | null;
  readonly domain: number;
  readonly write: (priority: number, text: string) => string;
}

/** The local daemon stamps time and host itself. */
const toLocal = (path: string): Way => ({
  address: unixAddress(path),
  domain: AF_UNIX,
  write: (priority, text) => `<${priority}>wan-failover[${process.pid}]: ${text}`,
});

/** RFC 5424, by UDP (RFC 5426). */
const toNetwork = ({ address, port }: { readonly address: string; readonly port: number }): Way => {
  const bytes = parseAddress(address);
  const host = hostname().replace(/[^!-~]/g, "") || "-";
  return {
    address: makeSocketAddress(bytes, port),
    domain: SOCKET_ADDRESS[bytes.length === 4 ? "ipv4" : "ipv6"].domain,
    write: (priority, text) =>
      `<${priority}>1 ${new Date().toISOString()} ${host} wan-failover ${process.pid} - - \ufeff${text}`,
  };
};
