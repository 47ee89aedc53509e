import { decodeEcho, ECHO_LENGTH, type Echo, encodeEcho, withoutIPv4Header } from "../../codec/icmp.ts";
import { monotonicMs } from "../clock.ts";
import { closeSocket, errnoName, realtimeMs, sendTo, type Watch, watch } from "../libc/libc.ts";
import { EAGAIN, EBADF, MSG_ERRQUEUE, SO_TIMESTAMPNS_NEW, SOL_SOCKET } from "../libc/linux.ts";
import { type MessageBatch, openMessageBatch } from "../libc/message-batch.ts";
import { discardError } from "./icmp-error.ts";
import { type IcmpSocket, openIcmpSocket } from "./icmp-socket.ts";
import { type OpenProbe, type OpenProbes, openProbeTable } from "./open-probes.ts";
import { isSocketAddressOf, openTargetBook, type Target } from "./target-book.ts";
import type { UplinkBinding } from "./uplink-socket.ts";

/** ICMP echo through one uplink in one address family. */
export interface Prober {
  /**
   * Sends an echo request to an address; where it can't be sent, it is refused before this returns. A missing route refuses
   * IPv6 only: on a socket bound to an interface the kernel takes any IPv4 address that has no route for one on the link.
   * Throws CodecError for what is no address, InvariantError for one of the other family.
   */
  send(probe: { seq: number; target: string }): void;
  /** Ends it; open probes are never heard of again. Safe to repeat and from a callback. */
  close(): void;
}

/** Neither callback comes twice for a probe; of a probe that nobody answers nothing is heard. */
export interface ProberOptions extends UplinkBinding {
  /** The target answered. `rttMs`: milliseconds, 0 or more, up to the kernel's receive stamp. */
  readonly onReplied: (reply: { seq: number; rttMs: number }) => void;
  /** It couldn't be sent, or a router returned an ICMP error for it. `error`: ENETUNREACH and the like. */
  readonly onRefused: (refusal: { seq: number; error: string }) => void;
}

interface Session {
  readonly options: ProberOptions;
  readonly socket: IcmpSocket;
  readonly probes: OpenProbes;
  readonly targetOf: (text: string) => Target;
  readonly request: Uint8Array;
  readonly replies: MessageBatch;
  readonly errors: MessageBatch;
  /** null once closed. */
  watch: Watch | null;
  /** The batches are in use: a callback that leads back here must leave them alone. */
  reading: boolean;
}

/** One message of a batch: of replies, or of errors, which hold the request that they are about. */
interface Received {
  readonly batch: MessageBatch;
  readonly index: number;
}

/** The two clocks, read when a batch had been received. */
interface Reading {
  readonly now: number;
  /** How far CLOCK_REALTIME, which stamps packets, is ahead of `now`. */
  readonly realtimeOffset: number;
}

const RECEIVE_STAMP = { level: SOL_SOCKET, type: SO_TIMESTAMPNS_NEW };
const REPLY_BATCH_SIZE = 64;
const ERROR_BATCH_SIZE = 8;
/** A flood must not keep the loop from everything else; what is left wakes us again. */
const BATCHES_PER_WAKE = 16;
/** Clock readings so close to each other belong together; some ten times what they take undisturbed. */
const CLOCK_SPAN_MS = 0.005;
const CLOCK_ATTEMPTS = 4;

/** The tightest of a few readings: one that another process interrupts would shift the round-trip times. */
const readClocks = (): Reading => {
  let best = { now: monotonicMs(), realtimeOffset: 0 };
  let span = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < CLOCK_ATTEMPTS && span > CLOCK_SPAN_MS; attempt++) {
    const before = monotonicMs();
    const realtime = realtimeMs();
    const now = monotonicMs();
    if (now - before >= span) continue;
    span = now - before;
    best = { now, realtimeOffset: realtime - (before + now) / 2 };
  }
  return best;
};

/** When the kernel received it, in monotonic milliseconds, null where it didn't say. */
const receivedAt = ({ batch, index }: Received, clocks: Reading): number | null => {
  const at = batch.controlAt(index, RECEIVE_STAMP);
  if (at < 0) return null;
  return batch.bytes.readUInt32LE(at) * 1e3 + batch.bytes.readUInt32LE(at + 8) / 1e6 - clocks.realtimeOffset;
};

/** A stamp before the sending or after the reading is wrong (somebody set the clock): then the reading counts. */
const rttOf = (probe: OpenProbe, received: Received, clocks: Reading): number => {
  const longest = clocks.now - probe.sentAt;
  const rttMs = (receivedAt(received, clocks) ?? clocks.now) - probe.sentAt;
  return inMicroseconds(rttMs >= 0 && rttMs <= longest ? rttMs : longest);
};

/** In steps of 0.001 ms, as all times are. */
const inMicroseconds = (ms: number): number => Math.round(ms * 1e3) / 1e3;

const echoIn = (session: Session, { batch, index }: Received): Echo | null => {
  const at = batch.dataAt(index);
  const packet = batch.bytes.subarray(at, at + batch.dataLength(index));
  const framed = session.socket.hasIpHeader && batch === session.replies;
  return decodeEcho(session.options.family, framed ? withoutIPv4Header(packet) : packet);
};

/** Whether an echo message is about this probe: nobody who hasn't seen the request knows the nonce. */
const isAbout = (session: Session, echo: Echo, probe: OpenProbe): boolean =>
  (session.socket.identifier === null || echo.identifier === session.socket.identifier) &&
  echo.nonceHigh === probe.nonceHigh &&
  echo.nonceLow === probe.nonceLow;

/** Takes the probe out that a message is about; null for whatever is forged, repeated, late, truncated or somebody else's. */
const claimProbe = (session: Session, received: Received, kind: Echo["kind"]): OpenProbe | null => {
  const echo = echoIn(session, received);
  if (echo?.kind !== kind) return null;
  const probe = session.probes.get(echo.sequence);
  if (probe === undefined || !isAbout(session, echo, probe)) return null;
  const { batch, index } = received;
  if (!isSocketAddressOf(probe.target, batch.bytes, batch.nameAt(index))) return null;
  session.probes.remove(echo.sequence);
  return probe;
};

const handleReply = (session: Session, received: Received, clocks: Reading): void => {
  const probe = claimProbe(session, received, "reply");
  if (probe !== null) session.options.onReplied({ seq: probe.seq, rttMs: rttOf(probe, received, clocks) });
};

const handleError = (session: Session, received: Received): void => {
  const errno = discardError(session.options.family, received.batch, received.index);
  if (errno === null) return;
  const probe = claimProbe(session, received, "request");
  if (probe !== null) session.options.onRefused({ seq: probe.seq, error: errnoName(errno) });
};

/** Reads the error queue, which also clears the error that the next call would return. */
const readErrors = (session: Session): void => {
  const { errors: batch, socket } = session;
  for (let round = 0; round < BATCHES_PER_WAKE && session.watch !== null; round++) {
    const count = batch.receive(socket.fd, MSG_ERRQUEUE);
    for (let index = 0; index < count; index++) handleError(session, { batch, index });
    if (count < batch.size) return;
  }
};

/** Returns whether there may be more. */
const readReplies = (session: Session): boolean => {
  const { replies: batch, socket } = session;
  const count = batch.receive(socket.fd, 0);
  if (count < 0) return count !== -EAGAIN;
  const clocks = readClocks();
  for (let index = 0; index < count; index++) handleReply(session, { batch, index }, clocks);
  return count === batch.size;
};

const readAll = (session: Session): void => {
  let more = true;
  for (let round = 0; more && round < BATCHES_PER_WAKE && session.watch !== null; round++) {
    more = readReplies(session);
    readErrors(session);
  }
};

const exclusively = (session: Session, read: (session: Session) => void): void => {
  if (session.reading || session.watch === null) return;
  session.reading = true;
  try {
    read(session);
  } finally {
    session.reading = false;
  }
};

const attempt = (session: Session, probe: OpenProbe): number => {
  if (session.watch === null) return EBADF;
  probe.sentAt = monotonicMs();
  return sendTo(session.socket.fd, session.request, probe.target.socketAddress);
};

/** Returns 0 or an error number. The first failure may be the error of an earlier probe, which reading the queue clears. */
const transmit = (session: Session, probe: OpenProbe): number => {
  if (attempt(session, probe) === 0) return 0;
  exclusively(session, readErrors);
  return attempt(session, probe);
};

const sendProbe = (session: Session, seq: number, target: Target): void => {
  const { wireSequence, probe } = session.probes.add({ seq, target, sentAt: monotonicMs() });
  const { nonceHigh, nonceLow } = probe;
  const identifier = session.socket.identifier ?? 0;
  const echo: Echo = { kind: "request", identifier, sequence: wireSequence, nonceHigh, nonceLow };
  encodeEcho(session.options.family, echo, session.request);
  const errno = transmit(session, probe);
  if (errno === 0) return;
  session.probes.remove(wireSequence);
  session.options.onRefused({ seq, error: errnoName(errno) });
};

const closeSession = (session: Session): void => {
  if (session.watch === null) return;
  session.watch.close();
  session.watch = null;
  closeSocket(session.socket.fd);
};

const openSession = (options: ProberOptions): Session => ({
  options,
  socket: openIcmpSocket(options),
  probes: openProbeTable(),
  targetOf: openTargetBook(options.family),
  request: Buffer.allocUnsafeSlow(ECHO_LENGTH),
  replies: openMessageBatch(REPLY_BATCH_SIZE),
  errors: openMessageBatch(ERROR_BATCH_SIZE),
  watch: null,
  reading: false,
});

/**
 * A prober bound to an interface. The binding survives a rename of the interface but not its removal: open another one
 * when it is back. Throws AppError `interface-missing` or `not-permitted`, SystemError.
 */
export const openProber = (options: ProberOptions): Prober => {
  const session = openSession(options);
  session.watch = watch(session.socket.fd, () => exclusively(session, readAll));
  return {
    send: ({ seq, target }) => sendProbe(session, seq, session.targetOf(target)),
    close: () => closeSession(session),
  };
};
