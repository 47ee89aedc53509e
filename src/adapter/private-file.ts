import { mkdirSync, readFileSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { AppError } from "../error.ts";

/** A value in a file that nobody but its owner may read. */
export interface PrivateFile {
  /** null where there is no file. Throws where it can't be read or isn't JSON. */
  load(): unknown;
  /** Replaces it, on the disk when this resolves. Rejects with AppError: system-call-failed. */
  save(value: unknown): Promise<void>;
}

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
    const temporary = `${path}.new`;
    try {
      mkdirSync(dirname(path), { recursive: true });
      await writeThrough(temporary, JSON.stringify(value));
      await rename(temporary, path);
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => {});
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new AppError("system-call-failed", `${path} can't be written: ${reason}`, { cause });
    }
  },
});

/** A file that was left over may be readable for others: it is made anew. */
const writeThrough = async (path: string, text: string): Promise<void> => {
  await rm(path, { force: true });
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
};
