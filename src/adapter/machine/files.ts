import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from "node:fs";

/** Larger than the module list of any distribution. */
const BYTES_MAX = 8 * 1024 * 1024;

/**
 * The text of an ordinary file, cut off after 8 MiB; null where there is none or it can't be read. A pipe or a device in
 * its place is not waited for. Never throws.
 */
export const readText = (path: string): string | null => {
  try {
    return readFrom(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY));
  } catch {
    return null;
  }
};

const readFrom = (file: number): string | null => {
  try {
    return fstatSync(file).isFile() ? readAll(file) : null;
  } finally {
    closeSync(file);
  }
};

/** Files of /proc say that they are empty, hence in portions. */
const readAll = (file: number): string => {
  const portions: Buffer[] = [];
  let length = 0;
  while (length < BYTES_MAX) {
    const portion = Buffer.allocUnsafe(65_536);
    const more = readSync(file, portion, 0, portion.length, null);
    if (more === 0) break;
    portions.push(portion.subarray(0, more));
    length += more;
  }
  return Buffer.concat(portions).toString("utf8");
};

/** The names in a directory, sorted; none where it can't be read. Never throws. */
export const listNames = (path: string): readonly string[] => {
  try {
    return readdirSync(path).sort();
  } catch {
    return [];
  }
};
