import { rename, rm, writeFile } from "node:fs/promises";

/**
 * Replaces a file's text: readers see the old or the new one. Nothing waits for the disk but the promise. Gives the problem
 * in one sentence, or null. Never rejects.
 */
export const replaceText = async (path: string, text: string): Promise<string | null> => {
  const temporary = `${path}.new`;
  try {
    await writeFile(temporary, text, { mode: 0o644 });
    await rename(temporary, path);
    return null;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    return `The file ${path} can't be written: ${error instanceof Error ? error.message : String(error)}`;
  }
};
