import type { Family } from "../../codec/family.ts";
import { AppError } from "../../error.ts";
import { closeSocket, openSocket, SystemError, setOption } from "../libc/libc.ts";
import { AF_INET, AF_INET6, ENODEV, SO_BINDTODEVICE, SO_MARK, SOL_SOCKET } from "../libc/linux.ts";

/** Through which uplink, and in which family, packets leave. */
export interface UplinkBinding {
  readonly family: Family;
  readonly interface: string;
  /** The packet mark (SO_MARK). */
  readonly mark: number;
}

/**
 * Binds a socket to an uplink: to the interface's index, so that it survives a rename, but not the removal of the interface.
 * Throws AppError `interface-missing`, SystemError.
 */
export const bindToUplink = (fd: number, { interface: name, mark }: UplinkBinding): void => {
  try {
    setOption({ fd, level: SOL_SOCKET, name: SO_BINDTODEVICE, value: Buffer.from(`${name}\0`) });
  } catch (error) {
    const missing = error instanceof SystemError && error.errno === ENODEV;
    throw missing ? new AppError("interface-missing", `There is no interface ${name}.`, { cause: error }) : error;
  }
  setOption({ fd, level: SOL_SOCKET, name: SO_MARK, value: mark });
};

/** An Internet socket of a type (SOCK_STREAM, SOCK_DGRAM) that is bound to an uplink. Throws as `bindToUplink` does. */
export const openUplinkSocket = (binding: UplinkBinding, type: number): number => {
  const fd = openSocket({ domain: binding.family === "ipv4" ? AF_INET : AF_INET6, type, protocol: 0 });
  try {
    bindToUplink(fd, binding);
    return fd;
  } catch (error) {
    closeSocket(fd);
    throw error;
  }
};
