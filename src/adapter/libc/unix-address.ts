import { AF_UNIX } from "./linux.ts";

/** `linux/un.h`: the room for a path in `struct sockaddr_un`. */
const LONGEST_PATH = 108;

/** A `struct sockaddr_un`, abstract where the path begins with `@`; null for what is no Unix socket. Never throws. */
export const unixAddress = (path: string): Uint8Array | null => {
  const abstract = path.startsWith("@");
  const name = Buffer.from(abstract ? `\0${path.slice(1)}` : `${path}\0`);
  if (!(abstract || path.startsWith("/")) || name.length > LONGEST_PATH) return null;
  return Buffer.concat([Buffer.from([AF_UNIX, 0]), name]);
};
