import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { AppError } from "../../error.ts";
import { ConfigError } from "../mistake/issue.ts";

/** Some three times a config with 31 uplinks, each of their options given and explained. */
export const FILE_BYTES_MAX = 128 * 1024;

/** The bytes of a config file, one more than the maximum at the most. Throws AppError where there is no such file. */
export const readConfigFile = (path: string): Uint8Array => {
  try {
    return readStart(path);
  } catch (error) {
    throw error instanceof AppError ? error : unreadable(path, error as NodeJS.ErrnoException);
  }
};

const readStart = (path: string): Uint8Array => {
  const file = openSync(path, "r");
  try {
    if (fstatSync(file).isDirectory()) throw new AppError("config-unreadable", `${path} is a folder, not a file`);
    return readAll(file);
  } finally {
    closeSync(file);
  }
};

/** A pipe gives its bytes in portions and an endless one never ends, hence portions and a limit. */
const readAll = (file: number): Uint8Array => {
  const bytes = new Uint8Array(FILE_BYTES_MAX + 1);
  let length = 0;
  for (;;) {
    const more = readSync(file, bytes, length, bytes.length - length, null);
    length += more;
    if (more === 0 || length === bytes.length) return bytes.subarray(0, length);
  }
};

const unreadable = (path: string, error: NodeJS.ErrnoException): AppError => {
  if (error.code === "ENOENT" || error.code === "ENOTDIR") {
    return new AppError("config-missing", `${path} doesn't exist`, { cause: error });
  }
  return new AppError("config-unreadable", `${path} can't be read (${error.code})`, { cause: error });
};

/** Throws ConfigError where the bytes can't be a config: too many of them, or not text. */
export const decodeConfig = (bytes: Uint8Array, file: string): string => {
  if (bytes.length > FILE_BYTES_MAX) throw wrongFile(file, `is larger than ${FILE_BYTES_MAX / 1024} KiB`);
  const text = decodeUtf8(bytes);
  if (text === null || text.includes("\0")) throw wrongFile(file, "isn't UTF-8 text");
  return text;
};

const decodeUtf8 = (bytes: Uint8Array): string | null => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
};

const wrongFile = (file: string, message: string): ConfigError =>
  new ConfigError(file, [{ path: "", line: 1, column: 1, message, remedy: "name the config file" }]);
