import { appendFileSync, closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../error.ts";

/** A journal's two segments in its folder: the one that grows, and the one before it. */
const SEGMENTS = { newer: "newer", older: "older" } as const;

/** Two segments of this size (octets) hold some days, and no flash memory is too small for them. */
const SEGMENT_MAX = 4 * 1024 * 1024;

/** Several times what a daemon keeps: room for segments that somebody put together. */
const READ_MAX = 32 * 1024 * 1024;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** The journal in a folder, which is made when first needed. */
export interface JournalFile {
  /** Appends; nothing is forced to the disk. Returns the problem in one sentence, or null. Never throws. */
  append(bytes: Uint8Array): string | null;
  /** Whether the segment has reached its size. Never throws. */
  isFull(): boolean;
  /** Begins another segment; the older one is replaced. Returns as `append`. Never throws. */
  rotate(): string | null;
}

/** The journal in a folder; what is there already stays. Never throws. */
export const openJournalFile = (folder: string): JournalFile => {
  const newer = join(folder, SEGMENTS.newer);
  let size: number | null = null;
  const attempt = (act: () => void): string | null => {
    try {
      act();
      return null;
    } catch (error) {
      size = null;
      return `The journal in ${folder} can't be written: ${messageOf(error)}`;
    }
  };
  return {
    append: (bytes) =>
      attempt(() => {
        mkdirSync(folder, { recursive: true, mode: 0o750 });
        size ??= sizeOf(newer);
        appendFileSync(newer, bytes, { mode: 0o640 });
        size += bytes.length;
      }),
    isFull: () => {
      attempt(() => {
        size ??= sizeOf(newer);
      });
      return (size ?? 0) >= SEGMENT_MAX;
    },
    rotate: () =>
      attempt(() => {
        renameSync(newer, join(folder, SEGMENTS.older));
        size = 0;
      }),
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
