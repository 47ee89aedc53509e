import { constants, openSync } from "node:fs";
import { closeSocket, ioctl } from "../libc/libc.ts";

/** `linux/if_tun.h`: TUNSETIFF, IFF_TAP | IFF_NO_PI; `linux/if.h`: sizeof(struct ifreq), the longest name with its zero. */
const TUNSETIFF = 0x400454ca;
const TAP_WITHOUT_HEADER = 0x1002;
const IFREQ_SIZE = 40;
const IFNAMSIZ = 16;

/** Makes a TAP interface that carries bare Ethernet frames; it lives as long as the non-blocking descriptor. Throws SystemError. */
export const openTap = (name: string): number => {
  const request = Buffer.alloc(IFREQ_SIZE);
  request.write(name, 0, IFNAMSIZ - 1, "latin1");
  request.writeUInt16LE(TAP_WITHOUT_HEADER, IFNAMSIZ);
  const fd = openSync("/dev/net/tun", constants.O_RDWR | constants.O_NONBLOCK);
  try {
    ioctl(fd, TUNSETIFF, request);
  } catch (error) {
    closeSocket(fd);
    throw error;
  }
  return fd;
};
