import { ADDRESS_LENGTH, type Family } from "../../codec/family.ts";
import { monotonicMs } from "../clock.ts";
import { beginConnecting, closeSocket, errnoName, readOption, setOption, socketName, watch } from "../libc/libc.ts";
import {
  ECONNREFUSED,
  EINPROGRESS,
  MSG_ERRQUEUE,
  SO_ERROR,
  SOCK_STREAM,
  SOL_SOCKET,
  SOL_TCP,
  TCP_INFO,
  TCP_SYNCNT,
} from "../libc/linux.ts";
import { type MessageBatch, openMessageBatch } from "../libc/message-batch.ts";
import { SOCKET_ADDRESS } from "../libc/socket-address.ts";
import { type Attempt, endSoon, type OnEnd } from "./attempt.ts";
import { discardError, queueErrors } from "./icmp-error.ts";
import { openUplinkSocket, type UplinkBinding } from "./uplink-socket.ts";

/** What came of connecting. `rttMs`: of the handshake, milliseconds. */
export type Connected =
  /** The descriptor belongs to whoever is told. */
  | { readonly kind: "established"; readonly rttMs: number; readonly fd: number }
  /** The host itself answered that nobody listens there: a reset, not an ICMP error of somebody's. */
  | { readonly kind: "reset"; readonly rttMs: number }
  | { readonly kind: "failed"; readonly error: string };

/** Repetitions of the SYN: at 1 s and 3 s; it is given up at 7 s. A late answer is life, but each costs bytes. */
const SYN_REPETITIONS = 2;

/** `struct tcp_info` (linux/tcp.h): the state, and the smoothed round trip in microseconds. */
const INFO = { size: 104, state: 0, rtt: 68 } as const;
/** `net/tcp_states.h`. */
const SYN_SENT = 2;
const CLOSED = 7;

interface Session {
  readonly fd: number;
  readonly binding: UplinkBinding;
  readonly startedAt: number;
}

const integer = Buffer.alloc(4);
const info = Buffer.alloc(INFO.size);
let errors: MessageBatch | undefined;

/** An ICMP error arrives as ECONNREFUSED too, but whoever sent it need not be the host: firewalls and routers do. */
const isIcmpError = ({ fd, binding }: Session): boolean => {
  errors ??= openMessageBatch(1);
  return errors.receive(fd, MSG_ERRQUEUE) > 0 && discardError(binding.family, errors, 0) !== null;
};

const failure = (session: Session): Connected => {
  const foreign = isIcmpError(session);
  const errno = readOption({ fd: session.fd, level: SOL_SOCKET, name: SO_ERROR, value: integer }).readInt32LE(0);
  if (errno !== ECONNREFUSED || foreign) return { kind: "failed", error: errnoName(errno) };
  return { kind: "reset", rttMs: monotonicMs() - session.startedAt };
};

/** null while it goes on. The kernel measures the handshake, so that a busy loop doesn't lengthen it. */
const stateOf = (session: Session): Connected | null => {
  const { fd, startedAt } = session;
  const told = readOption({ fd, level: SOL_TCP, name: TCP_INFO, value: info });
  const state = told.readUInt8(INFO.state);
  if (state === SYN_SENT) return null;
  if (state === CLOSED) return failure(session);
  const measured = told.readUInt32LE(INFO.rtt) / 1e3;
  return { kind: "established", fd, rttMs: measured > 0 ? measured : monotonicMs() - startedAt };
};

const openSession = (binding: UplinkBinding): Session => {
  const fd = openUplinkSocket(binding, SOCK_STREAM);
  queueErrors(fd, binding.family, true);
  setOption({ fd, level: SOL_TCP, name: TCP_SYNCNT, value: SYN_REPETITIONS });
  return { fd, binding, startedAt: monotonicMs() };
};

/** Why it can't be begun, null where it is under way. */
const begin = ({ fd, binding }: Session, address: Uint8Array): string | null => {
  const errno = beginConnecting(fd, address);
  if (errno !== 0 && errno !== EINPROGRESS) return errnoName(errno);
  return isSameHost(binding.family, socketName(fd), address) ? "its address is one of this machine's own" : null;
};

/** A name may lead to ourselves, where the kernel takes the same address as source: an answer would say nothing. */
const isSameHost = (family: Family, own: Uint8Array, other: Uint8Array): boolean => {
  const { offset } = SOCKET_ADDRESS[family];
  const end = offset + ADDRESS_LENGTH[family];
  return Buffer.from(own).subarray(offset, end).equals(other.subarray(offset, end));
};

/**
 * Connects through an uplink to a `struct sockaddr`, without waiting. Throws AppError `interface-missing` or
 * `not-permitted`, SystemError.
 */
export const openConnection = (binding: UplinkBinding, address: Uint8Array, onEnd: OnEnd<Connected>): Attempt => {
  const session = openSession(binding);
  const { fd } = session;
  const error = begin(session, address);
  if (error !== null) {
    closeSocket(fd);
    return endSoon(onEnd, { kind: "failed", error });
  }
  let open = true;
  const check = (): void => {
    const end = open ? stateOf(session) : null;
    if (end === null) return;
    open = false;
    if (end.kind === "established") handOver(session, ready.close);
    else closeSocket(fd);
    onEnd(end);
  };
  const ready = watch(fd, check, { writable: true });
  const cancel = (): void => {
    if (open) closeSocket(fd);
    open = false;
  };
  return { cancel };
};

/** ICMP errors about an established connection are the kernel's to weigh. */
const handOver = ({ fd, binding }: Session, unwatch: () => void): void => {
  unwatch();
  queueErrors(fd, binding.family, false);
};
