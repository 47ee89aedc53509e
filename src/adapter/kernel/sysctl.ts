import { closeSync, constants, openSync, readFileSync, writeSync } from "node:fs";
import { AppError, InvariantError } from "../../error.ts";
import { SystemError } from "../libc/libc.ts";

/**
 * Files below /proc/sys. Names have `/` between their parts (`net/ipv4/conf/eth0.5/rp_filter`), for interface names may
 * hold dots. Always synchronous: /proc/sys/net shows the network namespace of the thread that opens it, and Node's
 * worker threads may be in another one than its main thread.
 */
const ROOT = "/proc/sys/";

/** The path of a sysctl. Throws InvariantError for a name that would lead elsewhere. */
const pathOf = (name: string): string => {
  const misleading = name.split("/").some((part) => part === "" || part === "." || part === "..");
  if (misleading || name.includes("\0")) throw new InvariantError(`not the name of a sysctl: ${JSON.stringify(name)}`);
  return ROOT + name;
};

const readSysctl = (name: string): string | null => {
  const path = pathOf(name);
  try {
    return readFileSync(path, "utf8").trimEnd();
  } catch {
    return null;
  }
};

/** The values of those that exist and can be read. Throws InvariantError for a name with `..` in it. */
export const readSysctls = (names: readonly string[]): Record<string, string> => {
  const values: Record<string, string> = {};
  for (const name of names) {
    const value = readSysctl(name);
    if (value !== null) values[name] = value;
  }
  return values;
};

/** Whether `/proc/sys/net` is mounted read-only; false where permission is lacking to tell. Writes nothing. Never throws. */
export const areSysctlsReadOnly = (): boolean => {
  try {
    closeSync(openSync(`${ROOT}net/ipv4/conf/all/rp_filter`, constants.O_WRONLY));
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EROFS";
  }
};

const writeExisting = (path: string, text: string): void => {
  const fd = openSync(path, constants.O_WRONLY);
  try {
    writeSync(fd, text);
  } finally {
    closeSync(fd);
  }
};

/** Sets one. Throws SystemError where the kernel refuses or lacks it, InvariantError for a name with `..` in it. */
export const writeSysctl = (name: string, value: string): void => {
  const path = pathOf(name);
  try {
    writeExisting(path, value);
  } catch (error) {
    const { errno } = error as NodeJS.ErrnoException;
    if (errno === undefined) throw new AppError("system-call-failed", `write ${path}`, { cause: error });
    throw new SystemError(`write ${path}`, -errno);
  }
};
