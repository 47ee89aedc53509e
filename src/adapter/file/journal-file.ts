import { appendFileSync, closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { appendFile, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../error.ts";
import { makeFolder, makeFolderNow } from "./folder.ts";

/** A journal's two segments in its folder: the one that grows, and the one before it. */
const SEGMENTS = { newer: "newer", older: "older" } as const;

/** Two segments of this size (octets) hold some days, and no flash memory is too small for them. */
const SEGMENT_MAX = 4 * 1024 * 1024;

/** Several times what a daemon keeps: room for segments that somebody put together. */
const READ_MAX = 32 * 1024 * 1024;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const sizeOf = async (path: string): Promise<number> => {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
};

/** The journal in a folder, which is made when first needed. */
export interface JournalFile {
  /**
   * Appends, after beginning another segment where this one is full and that is `allowed`; the older one is then
   * replaced. Nothing is forced to the disk, and a disk that hangs holds up nobody else. One call at a time.
   * Resolves to the problem in one sentence, or null. Never rejects.
   */
  append(octets: Uint8Array, another: "allowed" | "not-yet"): Promise<string | null>;
  /** Appends to the segment at once: for a process that ends. Returns as `append`. Never throws. */
  appendNow(octets: Uint8Array): string | null;
  /** Whether the segment has reached its size; not before something was appended. Never throws. */
  isFull(): boolean;
}

const FOLDER_MODE = 0o750;
const FILE = { mode: 0o640 } as const;

/** The journal in a folder; what is there already stays. Never throws. */
export const openJournalFile = (folder: string): JournalFile => {
  const newer = join(folder, SEGMENTS.newer);
  let size: number | null = null;
  const isFull = (): boolean => (size ?? 0) >= SEGMENT_MAX;
  const problem = (error: unknown): string => {
    size = null;
    return `The journal in ${folder} can't be written: ${messageOf(error)}`;
  };
  const beginAnother = async (): Promise<void> => {
    await rename(newer, join(folder, SEGMENTS.older));
    size = 0;
  };
  const append = async (octets: Uint8Array, another: "allowed" | "not-yet"): Promise<void> => {
    await makeFolder(folder, FOLDER_MODE);
    size ??= await sizeOf(newer);
    if (isFull() && another === "allowed") await beginAnother();
    await appendFile(newer, octets, FILE);
    size += octets.length;
  };
  return {
    append: (octets, another) => append(octets, another).then(() => null, problem),
    appendNow: (octets) => {
      try {
        makeFolderNow(folder, FOLDER_MODE);
        appendFileSync(newer, octets, FILE);
        return null;
      } catch (error) {
        return problem(error);
      }
    },
    isFull,
  };
};

/**
 * A journal's octets, oldest first: of a folder with its segments, or of a file. Throws AppError (journal-missing,
 * journal-unreadable, journal-damaged where there are more octets than a journal ever has).
 */
export const readJournal = (path: string): Uint8Array => {
  const parts = isFolder(path) ? [SEGMENTS.older, SEGMENTS.newer].map((name) => join(path, name)) : [path];
  const present = parts.filter((part) => statSync(part, { throwIfNoEntry: false }) !== undefined);
  if (present.length === 0) throw new AppError("journal-missing", `there is no journal at ${path}`);
  return Buffer.concat(present.map((part) => readBounded(part)));
};

const isFolder = (path: string): boolean => {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch (error) {
    throw unreadable(path, error);
  }
};

const unreadable = (path: string, cause: unknown): AppError =>
  new AppError("journal-unreadable", `${path} can't be read: ${messageOf(cause)}`, { cause });

const readBounded = (path: string): Uint8Array => {
  try {
    return readStart(path);
  } catch (error) {
    throw error instanceof AppError ? error : unreadable(path, error);
  }
};

/** A pipe gives its octets in portions and an endless one never ends. */
const readStart = (path: string): Uint8Array => {
  const file = openSync(path, "r");
  try {
    if (fstatSync(file).isDirectory()) throw new AppError("journal-unreadable", `${path} is a folder, not a file`);
    const chunks: Uint8Array[] = [];
    for (let length = 0; length <= READ_MAX; ) {
      const chunk = new Uint8Array(CHUNK);
      const more = readSync(file, chunk);
      if (more === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, more));
      length += more;
    }
    throw new AppError("journal-damaged", `${path} is larger than any journal (${READ_MAX / 1024 / 1024} MiB)`);
  } finally {
    closeSync(file);
  }
};

const CHUNK = 256 * 1024;
