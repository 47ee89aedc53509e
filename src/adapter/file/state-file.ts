import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolderNow } from "./folder.ts";

/** What a state file held. */
export interface StoredState {
  /** null where there is none, it can't be used, or it is from before the last boot. */
  readonly state: unknown;
  /** Why it can't be used, in one sentence; null where nothing is wrong. */
  readonly problem: string | null;
}

const BOOT_ID_FILE = "/proc/sys/kernel/random/boot_id";

/** Names the present boot of the machine. Throws where there is no /proc. */
export const bootId = (): string => readFileSync(BOOT_ID_FILE, "utf8").trim();

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const isMissing = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOENT";

const currentState = (text: string): unknown => {
  const stored: unknown = JSON.parse(text);
  const ofThisBoot = typeof stored === "object" && stored !== null && "bootId" in stored && stored.bootId === bootId();
  return ofThisBoot && "state" in stored ? stored.state : null;
};

/** Reads what `writeState` wrote since the machine was booted (its times are monotonic, hence of no use later). Never throws. */
export const readState = (path: string): StoredState => {
  try {
    return { state: currentState(readFileSync(path, "utf8")), problem: null };
  } catch (error) {
    if (isMissing(error)) return { state: null, problem: null };
    return { state: null, problem: `The state file ${path} is ignored: ${messageOf(error)}` };
  }
};

/**
 * Writes a value as JSON, atomically: readers see the old or the new one. Nothing is forced to the disk, for what is lost
 * in a power failure is of no use after it. Returns the problem in one sentence, or null. Never throws.
 */
export const writeState = (path: string, value: unknown): string | null => {
  const temporary = `${path}.new`;
  try {
    makeFolderNow(dirname(path));
    writeFileSync(temporary, JSON.stringify({ bootId: bootId(), state: value }), { mode: 0o600 });
    renameSync(temporary, path);
    return null;
  } catch (error) {
    discard(temporary);
    return `The state file ${path} can't be written: ${messageOf(error)}`;
  }
};

/** What can't even be looked for isn't there. */
const discard = (path: string): void => {
  try {
    rmSync(path, { force: true });
  } catch {
    return;
  }
};

/** Removes it; no error where there is none. Throws where the disk refuses. */
export const forgetState = (path: string): void => rmSync(path, { force: true });
