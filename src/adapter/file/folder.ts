import { existsSync, mkdirSync } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import { dirname } from "node:path";

// Node's own way to make the folders above as well never ends under /proc, where whatever is to be made is said to be missing.

/** Makes a folder, and those above it that are missing; no error where it is there. Rejects with what the system says. */
export const makeFolder = async (path: string, mode?: number): Promise<void> => {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    if (codeOf(error) === "EEXIST") return;
    if (codeOf(error) !== "ENOENT" || (await exists(dirname(path)))) throw error;
    await makeFolder(dirname(path), mode);
    await makeFolder(path, mode);
  }
};

/** As `makeFolder`, at once: for memory, and for a process that ends. Throws what the system says. */
export const makeFolderNow = (path: string, mode?: number): void => {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (codeOf(error) === "EEXIST") return;
    if (codeOf(error) !== "ENOENT" || existsSync(dirname(path))) throw error;
    makeFolderNow(dirname(path), mode);
    makeFolderNow(path, mode);
  }
};

const codeOf = (error: unknown): unknown => (error as NodeJS.ErrnoException).code;

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
