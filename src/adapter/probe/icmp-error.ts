import type { Family } from "../../codec/family.ts";
import { setOption } from "../libc/libc.ts";
import { IP_RECVERR, IPV6_RECVERR, SOL_IP, SOL_IPV6 } from "../libc/linux.ts";
import type { MessageBatch } from "../libc/message-batch.ts";

interface Errors {
  /** The option that makes the kernel queue ICMP errors; it marks them in the queue too. */
  readonly level: number;
  readonly name: number;
  /** `struct sock_extended_err` (linux/errqueue.h): whence such errors come, and the types that say that the packet was discarded. */
  readonly origin: number;
  readonly discarded: readonly number[];
}

/** Discarded: unreachable, time exceeded, parameter problem (RFC 792, RFC 4443). */
const ERRORS: Readonly<Record<Family, Errors>> = {
  ipv4: { level: SOL_IP, name: IP_RECVERR, origin: 2, discarded: [3, 11, 12] },
  ipv6: { level: SOL_IPV6, name: IPV6_RECVERR, origin: 3, discarded: [1, 3, 4] },
};

/** Whether the kernel queues the ICMP errors that come for a socket (MSG_ERRQUEUE). Throws SystemError. */
export const queueErrors = (fd: number, family: Family, wanted: boolean): void => {
  const { level, name } = ERRORS[family];
  setOption({ fd, level, name, value: wanted ? 1 : 0 });
};

/** The error number in an ICMP error that says that the packet was discarded, null for other messages. Never throws. */
export const discardError = (family: Family, batch: MessageBatch, index: number): number | null => {
  const { level, name, origin, discarded } = ERRORS[family];
  const at = batch.controlAt(index, { level, type: name });
  if (at < 0 || batch.bytes[at + 4] !== origin) return null;
  return discarded.includes(batch.bytes[at + 5] ?? 0) ? batch.bytes.readUInt32LE(at) : null;
};
