import { open, realpath, stat } from "node:fs/promises";
import { AppError } from "../../error.ts";
import { replaceDurably } from "./durable-file.ts";

/** The permission bits of stat(2)'s mode. */
const PERMISSIONS = 0o777;

/** The octets of a file, one more than `most` at the most. Nothing waits for the disk but the promise. Rejects with AppError. */
export const readSome = async (path: string, most: number): Promise<Uint8Array> => {
  try {
    const file = await open(path, "r");
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(most + 1), 0, most + 1, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError("config-unreadable", `${path} can't be read: ${reason}`, { cause });
  }
};

/** Replaces a file's text where it is, if it is a link, with the permissions that it has. Rejects with AppError. */
export const rewrite = async (path: string, text: string): Promise<void> => {
  const target = await realpath(path).catch(() => path);
  const mode = await stat(target).then(
    (found) => found.mode & PERMISSIONS,
    () => 0o640,
  );
  await replaceDurably({ path: target, text, mode });
};
