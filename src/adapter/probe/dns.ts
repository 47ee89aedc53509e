import { CodecError } from "../../codec/codec-error.ts";
import { CODE, type DnsAnswer, type DnsQuestion, decodeAnswer, encodeQuery, isAnswerTo } from "../../codec/dns.ts";
import { monotonicMs } from "../clock.ts";
import { beginConnecting, closeSocket, errnoName, receive, SystemError, send, watch } from "../libc/libc.ts";
import { EAGAIN, SOCK_DGRAM } from "../libc/linux.ts";
import { random32 } from "../random.ts";
import { type Attempt, endSoon, type OnEnd } from "./attempt.ts";
import { openUplinkSocket, type UplinkBinding } from "./uplink-socket.ts";

/** What came of a query. */
export type Reply =
  | { readonly kind: "answered"; readonly rttMs: number; readonly answer: DnsAnswer }
  | { readonly kind: "failed"; readonly error: string };

/** Answers without EDNS have 512 octets at most (RFC 1035 section 4.2.1). */
const ANSWER_SIZE = 512;
/** A flood of forged answers must not keep the loop from everything else. */
const DATAGRAMS_PER_WAKE = 32;
const ID_MASK = 0xffff;

const datagram = Buffer.alloc(ANSWER_SIZE);

/** RCODEs of a server that could not look the name up (RFC 1035 section 4.1.1). */
const REFUSALS: Readonly<Record<number, string>> = {
  1: "FORMERR",
  2: "SERVFAIL",
  4: "NOTIMP",
  5: "REFUSED",
};

/** The answer in a datagram, null for whatever is forged, foreign or damaged. */
const answerIn = (bytes: Uint8Array, query: DnsQuestion & { readonly id: number }): DnsAnswer | null => {
  try {
    const answer = decodeAnswer(bytes);
    return isAnswerTo(answer, query) ? answer : null;
  } catch (error) {
    if (error instanceof CodecError) return null;
    throw error;
  }
};

const transmit = (fd: number, server: Uint8Array, query: Uint8Array): string | null => {
  const errno = beginConnecting(fd, server);
  if (errno !== 0) return errnoName(errno);
  try {
    send(fd, query);
    return null;
  } catch (error) {
    if (error instanceof SystemError) return error.errnoName;
    throw error;
  }
};

/**
 * Asks a server (a `struct sockaddr`) once, through an uplink, from a port and with an identifier that nobody can guess: the
 * socket is new and connected, so that the kernel drops what others send. Throws AppError `interface-missing` or
 * `not-permitted`, SystemError, CodecError.
 */
export const askServer = (
  binding: UplinkBinding,
  { server, question }: { readonly server: Uint8Array; readonly question: DnsQuestion },
  onEnd: OnEnd<Reply>,
): Attempt => {
  const query = { ...question, id: random32() & ID_MASK };
  const bytes = encodeQuery(query);
  const fd = openUplinkSocket(binding, SOCK_DGRAM);
  const startedAt = monotonicMs();
  let open = true;
  const cancel = (): void => {
    if (open) closeSocket(fd);
    open = false;
  };
  const end = (reply: Reply): void => {
    cancel();
    onEnd(reply);
  };
  const read = (): boolean => {
    const length = receive(fd, datagram);
    if (length === -EAGAIN) return false;
    if (length < 0) end({ kind: "failed", error: errnoName(-length) });
    const answer = length < 0 ? null : answerIn(datagram.subarray(0, length), query);
    if (answer !== null) end({ kind: "answered", rttMs: monotonicMs() - startedAt, answer });
    return open;
  };
  const check = (): void => {
    for (let count = 0; open && count < DATAGRAMS_PER_WAKE && read(); count++);
  };
  const error = transmit(fd, server, bytes);
  if (error !== null) {
    cancel();
    return endSoon(onEnd, { kind: "failed", error });
  }
  watch(fd, check);
  return { cancel };
};

/** Whether the server has looked the name up, found or not; else why not, for people. */
export const lookUpError = ({ code }: DnsAnswer): string | null =>
  code === CODE.NO_ERROR || code === CODE.NO_SUCH_NAME ? null : `answered ${REFUSALS[code] ?? `error ${code}`}`;

/** Asks a server for a name: any word of it that the name exists, or doesn't, is an answer. Throws as `askServer` does. */
export const probeDns = (
  binding: UplinkBinding,
  query: { readonly server: Uint8Array; readonly name: string },
  onEnd: OnEnd,
): Attempt =>
  askServer(binding, { server: query.server, question: { name: query.name, family: "ipv4" } }, (reply) => {
    const error = reply.kind === "failed" ? reply.error : lookUpError(reply.answer);
    if (error !== null) onEnd({ kind: "failed", error });
    else if (reply.kind === "answered") onEnd({ kind: "answered", rttMs: reply.rttMs });
  });
