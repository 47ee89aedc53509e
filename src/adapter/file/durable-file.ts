import { open, rename, rm } from "node:fs/promises";
import { AppError } from "../../error.ts";

/** What a file is to become. */
export interface Replacement {
  readonly path: string;
  readonly text: string;
  /** Who may read and write it, as chmod(2) has it. */
  readonly mode: number;
}

/** Replaces a file: readers see the old or the new one, and so does who starts after a power failure. Rejects with AppError. */
export const replaceDurably = async ({ path, text, mode }: Replacement): Promise<void> => {
  const temporary = `${path}.new`;
  try {
    // One that was left over may be readable for others: it is made anew.
    await rm(temporary, { force: true });
    await writeThrough({ path: temporary, text, mode });
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError("system-call-failed", `${path} can't be written: ${reason}`, { cause });
  }
};

const writeThrough = async ({ path, text, mode }: Replacement): Promise<void> => {
  const file = await open(path, "wx", mode);
  try {
    // Less than the mode is what the process's umask left of it.
    await file.chmod(mode);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
};
