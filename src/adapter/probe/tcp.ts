import { closeSocket, setOption } from "../libc/libc.ts";
import { SO_LINGER, SOL_SOCKET } from "../libc/linux.ts";
import type { Attempt, OnEnd } from "./attempt.ts";
import { openConnection } from "./connection.ts";
import type { UplinkBinding } from "./uplink-socket.ts";

/** `struct linger` of `linux/socket.h`, on and 0 seconds: closing sends a reset, which ends it with one packet and no state. */
const AT_ONCE = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0);

/**
 * Connects and hangs up. A refusal by the host itself is an answer too (RFC 9293 section 3.10.7.3: a reset that fits the
 * SYN). Throws as `openConnection` does.
 */
export const probeTcp = (binding: UplinkBinding, address: Uint8Array, onEnd: OnEnd): Attempt =>
  openConnection(binding, address, (end) => {
    if (end.kind === "established") hangUp(end.fd);
    onEnd(end.kind === "failed" ? end : { kind: "answered", rttMs: end.rttMs });
  });

const hangUp = (fd: number): void => {
  setOption({ fd, level: SOL_SOCKET, name: SO_LINGER, value: AT_ONCE });
  closeSocket(fd);
};
