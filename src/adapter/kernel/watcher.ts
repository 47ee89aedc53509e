import { ByteWriter } from "../../codec/cursor.ts";
import { decodeMessages } from "../../codec/netlink.ts";
import { NFTABLES_GROUP } from "../../codec/nfnetlink.ts";
import { ROUTE_GROUP } from "../../codec/rtnetlink.ts";
import {
  bindSocket,
  closeSocket,
  openSocket,
  receive,
  SystemError,
  setOption,
  type Watch,
  watch,
} from "../libc/libc.ts";
import {
  AF_NETLINK,
  EAGAIN,
  ENOBUFS,
  EPERM,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SOCK_RAW,
  SOL_NETLINK,
  SOL_SOCKET,
} from "../libc/linux.ts";
import { type Interpreter, interpretRouting, interpretTableChange, type KernelHint } from "./hint.ts";
import { NETLINK_NETFILTER, NETLINK_ROUTE } from "./netlink.ts";

/** How to watch. */
export interface WatcherOptions {
  /** The name of our nft table, of family inet. */
  readonly table: string;
  /** Called once for all that came in one turn of the event loop; no hint comes twice in one call. */
  readonly onChange: (hints: readonly KernelHint[]) => void;
  /** Octets that may wait in each socket. */
  readonly receiveBuffer?: number;
}

export interface KernelWatcher {
  close(): void;
}

/** linux/netlink.h, option of SOL_NETLINK. */
const NETLINK_ADD_MEMBERSHIP = 1;

/** Room for some ten thousand messages while the event loop is busy. */
const RECEIVE_BUFFER = 8 * 1024 * 1024;

const MESSAGE_BUFFER = 65536;

/** After so many receives, other work gets its turn; the watch calls again for what is left. */
const MOST_RECEIVES = 256;

/** An unprivileged process can't go beyond net.core.rmem_max. */
const growReceiveBuffer = (fd: number, size: number): void => {
  try {
    setOption({ fd, level: SOL_SOCKET, name: SO_RCVBUFFORCE, value: size });
  } catch (error) {
    if (!(error instanceof SystemError && error.errno === EPERM)) throw error;
    setOption({ fd, level: SOL_SOCKET, name: SO_RCVBUF, value: size });
  }
};

/** `struct sockaddr_nl`; the kernel chooses the port. */
const anyPort = (): Uint8Array => new ByteWriter().u16(AF_NETLINK).zeros(10).finish();

const openMulticast = (options: { protocol: number; groups: readonly number[]; size: number }): number => {
  const fd = openSocket({ domain: AF_NETLINK, type: SOCK_RAW, protocol: options.protocol });
  growReceiveBuffer(fd, options.size);
  bindSocket(fd, anyPort());
  for (const group of options.groups) {
    setOption({ fd, level: SOL_NETLINK, name: NETLINK_ADD_MEMBERSHIP, value: group });
  }
  return fd;
};

/** Hints of one turn, each once; none after `discard`. */
const openCollector = (
  onChange: WatcherOptions["onChange"],
): { hint: (hint: KernelHint) => void; discard: () => void } => {
  const hints = new Map<string, KernelHint>();
  const deliver = (): void => {
    const collected = [...hints.values()];
    hints.clear();
    if (collected.length > 0) onChange(collected);
  };
  const hint = (one: KernelHint): void => {
    if (hints.size === 0) setImmediate(deliver);
    hints.set("link" in one ? `${one.link} ${one.address}` : one.kind, one);
  };
  return { hint, discard: () => hints.clear() };
};

/** Reads what is queued and tells what concerns us. */
const drain = (
  fd: number,
  buffer: Uint8Array,
  tell: { interpret: Interpreter; hint: (hint: KernelHint) => void },
): void => {
  for (let receives = 0; receives < MOST_RECEIVES; receives += 1) {
    const length = receive(fd, buffer);
    if (length === -EAGAIN) return;
    if (length === -ENOBUFS) tell.hint({ kind: "overrun" });
    else if (length < 0) throw new SystemError("recv", -length);
    else {
      for (const message of decodeMessages(buffer.subarray(0, length))) {
        const hint = tell.interpret(message);
        if (hint !== null) tell.hint(hint);
      }
    }
  }
};

const watchGroups = (
  socket: { protocol: number; groups: readonly number[]; size: number },
  tell: { interpret: Interpreter; hint: (hint: KernelHint) => void },
): KernelWatcher => {
  const fd = openMulticast(socket);
  const buffer = new Uint8Array(MESSAGE_BUFFER);
  const handle: Watch = watch(fd, () => drain(fd, buffer, tell));
  return {
    close: () => {
      handle.close();
      closeSocket(fd);
    },
  };
};

/**
 * Watches links, addresses, routes, rules, neighbours and our nft table, in the network namespace that the process is in
 * now. What can't concern us (other people's routes and tables) is passed over. Throws SystemError.
 */
export const watchKernel = ({ table, onChange, receiveBuffer = RECEIVE_BUFFER }: WatcherOptions): KernelWatcher => {
  const { hint, discard } = openCollector(onChange);
  const size = receiveBuffer;
  const watchers = [
    watchGroups(
      { protocol: NETLINK_ROUTE, groups: Object.values(ROUTE_GROUP), size },
      { interpret: interpretRouting, hint },
    ),
    watchGroups(
      { protocol: NETLINK_NETFILTER, groups: [NFTABLES_GROUP], size },
      { interpret: interpretTableChange(table), hint },
    ),
  ];
  const close = (): void => {
    for (const watcher of watchers) watcher.close();
    discard();
  };
  return { close };
};
