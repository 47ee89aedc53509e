import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { replaceDurably } from "./durable-file.ts";
import { makeFolder } from "./folder.ts";

/** A value in a file that nobody but its owner may read. */
export interface PrivateFile {
  /** null where there is no file. Throws where it can't be read or isn't JSON. */
  load(): unknown;
  /** Replaces it, on the disk when this resolves; null removes it. Rejects with AppError: system-call-failed. */
  save(value: unknown): Promise<void>;
}

const OWNER_ONLY = 0o600;

/** The value in the file at this path. */
export const openPrivateFile = (path: string): PrivateFile => ({
  load: () => {
    try {
      return JSON.parse(readFileSync(path, "utf8"));
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
      throw error;
    }
  },
  save: async (value) => {
    if (value === null) return rm(path, { force: true });
    await makeFolder(dirname(path));
    return replaceDurably({ path, text: JSON.stringify(value), mode: OWNER_ONLY });
  },
});
