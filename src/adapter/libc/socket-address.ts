import { type Family, familyFromLength } from "../../codec/family.ts";
import { AF_INET, AF_INET6 } from "./linux.ts";

interface SocketAddressForm {
  readonly domain: number;
  readonly length: number;
  /** Where the address begins. */
  readonly offset: number;
}

/** `linux/in.h`, `linux/in6.h`. The port is at offset 2 in both. */
export const SOCKET_ADDRESS: Readonly<Record<Family, SocketAddressForm>> = {
  ipv4: { domain: AF_INET, length: 16, offset: 4 },
  ipv6: { domain: AF_INET6, length: 28, offset: 8 },
};
const PORT_OFFSET = 2;

/** `struct sockaddr_in` or `sockaddr_in6`; no scope, for our sockets are bound to an interface. Throws CodecError. */
export const makeSocketAddress = (address: Uint8Array, port: number): Uint8Array => {
  const { domain, length, offset } = SOCKET_ADDRESS[familyFromLength(address.length)];
  const bytes = Buffer.alloc(length);
  bytes.writeUInt16LE(domain, 0);
  bytes.writeUInt16BE(port, PORT_OFFSET);
  bytes.set(address, offset);
  return bytes;
};
