import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { replaceDurably } from "./durable-file.ts";
import { makeFolder } from "./folder.ts";

/** A file that holds one value as JSON, over power failures too. */
export interface KeptFile {
  /** What it holds; null where there is none or it can't be used. Never throws. */
  read(): unknown;
  /** Writes, in the background: a slow disk holds nobody up, and of several values only the newest is written. Never throws. */
  write(value: unknown): void;
}

export interface KeptFileOptions {
  readonly path: string;
  /** What it holds, as the beginning of a sentence. */
  readonly what: string;
  /** Hears why it couldn't be written. */
  readonly complain: (problem: string) => void;
}

/** The file at a path. */
export const openKeptFile = ({ path, what, complain }: KeptFileOptions): KeptFile => {
  let newest: { readonly value: unknown } | null = null;
  let writing = false;
  const writeAll = async (): Promise<void> => {
    writing = true;
    for (let next = newest; next !== null; next = newest) {
      newest = null;
      try {
        await makeFolder(dirname(path), 0o750);
        await replaceDurably({ path, text: JSON.stringify(next.value), mode: 0o600 });
      } catch (error) {
        complain(`${what} can't be kept: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    writing = false;
  };
  return {
    read: () => {
      try {
        return JSON.parse(readFileSync(path, "utf8"));
      } catch {
        return null;
      }
    },
    write: (value) => {
      newest = { value };
      if (!writing) void writeAll();
    },
  };
};
