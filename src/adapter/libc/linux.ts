/** Numbers from the kernel's headers that the adapters share. All are the same on every architecture that we run on. */

/** `linux/socket.h`. */
export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;

/** `linux/net.h`. */
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;

/** `asm-generic/socket.h`. */
export const SOL_SOCKET = 1;
export const SO_ERROR = 4;
export const SO_RCVBUF = 8;
export const SO_LINGER = 13;
export const SO_BINDTODEVICE = 25;
export const SO_RCVBUFFORCE = 33;
export const SO_MARK = 36;
export const SO_TIMESTAMPNS_NEW = 64;

/** `linux/netlink.h`. */
export const SOL_NETLINK = 270;

/** `linux/in.h`, `linux/in6.h`, `linux/icmp.h`, `linux/icmpv6.h`. */
export const IPPROTO_ICMP = 1;
export const IPPROTO_ICMPV6 = 58;
export const SOL_IP = 0;
export const IP_RECVERR = 11;
export const SOL_RAW = 255;
export const ICMP_FILTER = 1;
export const SOL_IPV6 = 41;
export const IPV6_RECVERR = 25;
export const SOL_ICMPV6 = 58;
export const ICMPV6_FILTER = 1;

/** `linux/tcp.h`. */
export const SOL_TCP = 6;
export const TCP_SYNCNT = 7;
export const TCP_INFO = 11;

/** `linux/socket.h`: flags of send and recv. */
export const MSG_DONTWAIT = 0x40;
export const MSG_ERRQUEUE = 0x2000;
export const MSG_NOSIGNAL = 0x4000;

/** `asm-generic/errno-base.h`, `asm-generic/errno.h`. */
export const EPERM = 1;
export const EBADF = 9;
export const EAGAIN = 11;
export const EACCES = 13;
export const ENODEV = 19;
export const ENOBUFS = 105;
export const ECONNREFUSED = 111;
export const EINPROGRESS = 115;
