/**
 * The system calls that Node lacks, through the C library. The only file that knows koffi, whose version is pinned because
 * `koffi.node.poll` is undocumented. Only for little-endian 64-bit machines. Nothing is loaded before the first call.
 */
import { fstatSync } from "node:fs";
import { createRequire } from "node:module";
import { endianness } from "node:os";
import { AppError, InvariantError } from "../../error.ts";
import { EACCES, EPERM, MSG_DONTWAIT, MSG_NOSIGNAL } from "./linux.ts";

type Koffi = typeof import("koffi");
type Argument = number | bigint | string | Uint8Array | null;

/** A function of a C library, as declared; `async`: on another thread, its result for a callback that comes last. */
export interface ForeignFunction<Result = unknown> {
  (...args: readonly Argument[]): Result;
  async(...args: unknown[]): void;
}
type Call = ForeignFunction<number>;

/** The functions of the C library that we call. */
const DECLARATIONS = {
  socket: "int socket(int, int, int)",
  bind: "int bind(int, void *, uint)",
  connect: "int connect(int, void *, uint)",
  setsockopt: "int setsockopt(int, int, int, void *, uint)",
  getsockopt: "int getsockopt(int, int, int, void *, void *)",
  getsockname: "int getsockname(int, void *, void *)",
  send: "long send(int, void *, size_t, int)",
  sendto: "long sendto(int, void *, size_t, int, void *, uint)",
  recv: "long recv(int, void *, size_t, int)",
  recvmmsg: "int recvmmsg(int, void *, uint, int, void *)",
  read: "long read(int, void *, size_t)",
  write: "long write(int, void *, size_t)",
  close: "int close(int)",
  ioctl: "int ioctl(int, ulong, void *)",
  setns: "int setns(int, int)",
  clock_gettime: "int clock_gettime(int, void *)",
  getrandom: "long getrandom(void *, size_t, uint)",
};

interface Libc {
  readonly koffi: Koffi;
  readonly errorNames: ReadonlyMap<number, string>;
  readonly call: Readonly<Record<keyof typeof DECLARATIONS, Call>>;
}

/** What a watch waits for. */
export interface Readiness {
  readonly readable?: true;
  readonly writable?: true;
}

/** A watch on a file descriptor. */
export interface Watch {
  /** Ends it; safe to repeat and from within the callback. */
  close(): void;
  /** Lets the process end although this watch is open. */
  unref(): void;
}

/** `asm-generic/socket.h`: SOCK_NONBLOCK | SOCK_CLOEXEC. */
const NON_BLOCKING_CLOSE_ON_EXEC = 0o2004000;
/** `linux/sched.h`. */
const CLONE_NEWNET = 0x40000000;
/** `linux/time.h`. */
const CLOCK_REALTIME = 0;

let bound: Libc | undefined;
const watches = new Map<number, Watch>();
const integer = Buffer.alloc(4);
const timespec = Buffer.allocUnsafeSlow(16);

/** A system call that failed. Code `not-permitted` for EPERM and EACCES, else `system-call-failed`. */
export class SystemError extends AppError {
  readonly call: string;
  readonly errno: number;
  readonly errnoName: string;

  constructor(call: string, errno: number) {
    const denied = errno === EPERM || errno === EACCES;
    super(denied ? "not-permitted" : "system-call-failed", `${call}: ${errnoName(errno)}`);
    this.call = call;
    this.errno = errno;
    this.errnoName = errnoName(errno);
  }
}

const loadKoffi = (): Koffi => {
  try {
    return createRequire(import.meta.url)("koffi");
  } catch (cause) {
    const reason = "The package koffi has no binary for this machine or is not installed.";
    throw new AppError("platform-unsupported", reason, { cause });
  }
};

const refuseOtherPlatforms = (koffi: Koffi): void => {
  if (koffi.sizeof("void *") === 8 && endianness() === "LE") return;
  throw new AppError("platform-unsupported", "This processor is not a little-endian 64-bit one, which is needed.");
};

const bindLibc = (): Libc => {
  const koffi = loadKoffi();
  refuseOtherPlatforms(koffi);
  const library = koffi.load(null);
  const calls = Object.entries(DECLARATIONS).map(([name, declaration]) => [name, library.func(declaration)]);
  return {
    koffi,
    errorNames: new Map(Object.entries(koffi.os.errno).map(([name, value]) => [value, name])),
    call: Object.fromEntries(calls),
  };
};

const libc = (): Libc => {
  bound ??= bindLibc();
  return bound;
};

const checked = (call: string, result: number): number => {
  if (result < 0) throw new SystemError(call, libc().koffi.errno());
  return result;
};

const resultOrNegativeErrno = (result: number): number => (result < 0 ? -libc().koffi.errno() : result);

const zeroOrErrno = (result: number): number => (result < 0 ? libc().koffi.errno() : 0);

/** The name of an error number, such as `ENETUNREACH`; `error 4711` where there is none. */
export const errnoName = (errno: number): string => libc().errorNames.get(errno) ?? `error ${errno}`;

/** Opens a non-blocking socket that children don't inherit. Throws SystemError. */
export const openSocket = (kind: { domain: number; type: number; protocol: number }): number =>
  checked("socket", libc().call.socket(kind.domain, kind.type | NON_BLOCKING_CLOSE_ON_EXEC, kind.protocol));

/** Binds to a `struct sockaddr`. Throws SystemError. */
export const bindSocket = (fd: number, address: Uint8Array): void => {
  checked("bind", libc().call.bind(fd, address, address.length));
};

/** Connects to a `struct sockaddr`. Throws SystemError. */
export const connectSocket = (fd: number, address: Uint8Array): void => {
  checked("connect", libc().call.connect(fd, address, address.length));
};

/** As `connectSocket`, without waiting: 0, or an error number, EINPROGRESS while it goes on. Never throws. */
export const beginConnecting = (fd: number, address: Uint8Array): number =>
  zeroOrErrno(libc().call.connect(fd, address, address.length));

/** Sets a socket option; a number becomes a C `int`. Throws SystemError. */
export const setOption = (option: { fd: number; level: number; name: number; value: number | Uint8Array }): void => {
  const { fd, level, name, value } = option;
  if (typeof value === "number") integer.writeInt32LE(value | 0);
  const bytes = typeof value === "number" ? integer : value;
  checked(`setsockopt ${level}/${name}`, libc().call.setsockopt(fd, level, name, bytes, bytes.length));
};

/** Reads a socket option into `value`; returns the part that was filled. Throws SystemError. */
export const readOption = (option: { fd: number; level: number; name: number; value: Buffer }): Buffer => {
  const { fd, level, name, value } = option;
  integer.writeInt32LE(value.length);
  checked(`getsockopt ${level}/${name}`, libc().call.getsockopt(fd, level, name, value, integer));
  return value.subarray(0, integer.readInt32LE(0));
};

/** The socket's own `struct sockaddr`. Throws SystemError. */
export const socketName = (fd: number): Uint8Array => {
  const address = Buffer.alloc(128);
  integer.writeInt32LE(address.length);
  checked("getsockname", libc().call.getsockname(fd, address, integer));
  return address.subarray(0, integer.readInt32LE(0));
};

/** Sends on a connected or netlink socket. Throws SystemError. */
export const send = (fd: number, bytes: Uint8Array): void => {
  checked("send", libc().call.send(fd, bytes, bytes.length, MSG_NOSIGNAL));
};

/** As `send`, on another thread: for netlink requests that keep the kernel busy. Rejects with SystemError. */
export const sendAsync = (fd: number, bytes: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    libc().call.send.async(fd, bytes, bytes.length, MSG_NOSIGNAL, (failure: unknown, result: number) => {
      if (failure) reject(failure);
      else if (result < 0) reject(new SystemError("send", libc().koffi.errno()));
      else resolve();
    });
  });

/** Sends without waiting: 0, or the error number, which may belong to an earlier datagram of this socket. Never throws. */
export const sendTo = (fd: number, bytes: Uint8Array, address: Uint8Array | null): number =>
  zeroOrErrno(libc().call.sendto(fd, bytes, bytes.length, MSG_NOSIGNAL | MSG_DONTWAIT, address, address?.length ?? 0));

/** Receives one message without waiting: its length, or the error number negated. Never throws. */
export const receive = (fd: number, buffer: Uint8Array): number =>
  resultOrNegativeErrno(libc().call.recv(fd, buffer, buffer.length, MSG_DONTWAIT));

/**
 * `recvmmsg` without waiting into an array of `struct mmsghdr`: how many messages, or the error number negated. Never throws.
 */
export const receiveMessages = (batch: { fd: number; headers: Uint8Array; count: number; flags: number }): number =>
  resultOrNegativeErrno(libc().call.recvmmsg(batch.fd, batch.headers, batch.count, batch.flags | MSG_DONTWAIT, null));

/** Where a buffer's first byte is, for pointers within structures. The buffer must be kept as long as the pointer. */
export const addressOf = (buffer: Uint8Array): bigint => libc().koffi.address(buffer);

/** Reads without waiting: bytes, or the error number negated. Never throws. */
export const readFd = (fd: number, buffer: Uint8Array): number =>
  resultOrNegativeErrno(libc().call.read(fd, buffer, buffer.length));

/** Writes: bytes, or the error number negated. Never throws. */
export const writeFd = (fd: number, bytes: Uint8Array): number =>
  resultOrNegativeErrno(libc().call.write(fd, bytes, bytes.length));

/** Closes a socket or any other descriptor that this file opened, and its watch before it. Throws SystemError. */
export const closeSocket = (fd: number): void => {
  watches.get(fd)?.close();
  checked("close", libc().call.close(fd));
};

/** `ioctl` with a pointer argument. Throws SystemError. */
export const ioctl = (fd: number, request: number, argument: Uint8Array): void => {
  checked(`ioctl 0x${request.toString(16)}`, libc().call.ioctl(fd, request, argument));
};

/** Moves this thread (Node's main thread, hence all sockets opened later) into a network namespace. Throws SystemError. */
export const enterNetworkNamespace = (fd: number): void => {
  checked("setns", libc().call.setns(fd, CLONE_NEWNET));
};

/** CLOCK_REALTIME in nanoseconds since 1970, reduced to milliseconds with fraction: what kernel time stamps are in. */
export const realtimeMs = (): number => {
  libc().call.clock_gettime(CLOCK_REALTIME, timespec);
  return timespec.readUInt32LE(0) * 1e3 + timespec.readUInt32LE(8) / 1e6;
};

/** Fills a buffer of up to 256 octets, which the kernel never does by half, with random ones. Throws SystemError. */
export const fillRandom = (bytes: Uint8Array): void => {
  checked("getrandom", libc().call.getrandom(bytes, bytes.length, 0));
};

/** Binds the C declarations of a shared library, or null where the library isn't installed. Throws where a symbol is missing. */
export const loadLibrary = <Name extends string>(
  path: string,
  declarations: Readonly<Record<Name, string>>,
): Record<Name, ForeignFunction> | null => {
  const { koffi } = libc();
  try {
    const library = koffi.load(path);
    const entries = Object.entries<string>(declarations).map(([name, text]) => [name, library.func(text)]);
    return Object.fromEntries(entries);
  } catch {
    return null;
  }
};

/** An exception must not reach koffi, which would let it surface in unrelated code: ours surfaces as an uncaught one. */
const guarded = (callback: () => void): void => {
  try {
    callback();
  } catch (error) {
    setImmediate(() => {
      throw error;
    });
  }
};

/** What can't be polled must not reach koffi, which would end the process. */
const refuseUnpollable = (fd: number): void => {
  if (watches.has(fd)) throw new InvariantError(`descriptor ${fd} is being watched`);
  const kind = fstatSync(fd);
  if (kind.isFile() || kind.isDirectory()) throw new SystemError("poll", EPERM);
};

/**
 * Calls back on Node's own loop whenever the descriptor is readable (or what else is wanted) or has an error queued; the
 * callback must read until EAGAIN, the error queue too. libuv stops a watch on POLLERR and reports it once with a negative status: it is started
 * again after the callback. The watch is kept from the garbage collector until it is closed. Throws InvariantError where
 * there is a watch on it, Error where it can't be polled.
 */
export const watch = (fd: number, onReady: () => void, wanted: Readiness = { readable: true }): Watch => {
  refuseUnpollable(fd);
  let open = true;
  const onPoll = (status: unknown): void => {
    guarded(onReady);
    if (open && typeof status === "number" && status < 0) handle.start(wanted, onPoll);
  };
  const handle = libc().koffi.node.poll(fd, wanted, onPoll);
  const self: Watch = {
    close: () => {
      if (!open) return;
      open = false;
      watches.delete(fd);
      handle.close();
    },
    unref: () => handle.unref(),
  };
  watches.set(fd, self);
  return self;
};
