import { readSome, rewrite } from "../adapter/file/config-file.ts";
import { openPrivateFile, type PrivateFile } from "../adapter/file/private-file.ts";
import { type ConfigStore, tagOf, type Unconfirmed } from "../api/config/keeper.ts";
import { refuseIfServed } from "../api/listen.ts";
import { type Directories, socketPathIn, unconfirmedPathIn } from "../config/directories.ts";
import { FILE_BYTES_MAX } from "../config/document/read.ts";

export interface ConfigStoreOptions {
  readonly configPath: string;
  /** Where an unconfirmed change is kept. */
  readonly unconfirmedPath: string;
  /** Puts the file into force; why it isn't, or null. Must not throw. */
  readonly apply: () => string | null;
  readonly complain: (problem: string) => void;
}

/** The config file as the API changes it. */
export const openConfigStore = ({ configPath, unconfirmedPath, ...rest }: ConfigStoreOptions): ConfigStore => ({
  path: configPath,
  read: () => readSome(configPath, FILE_BYTES_MAX),
  write: (text) => rewrite(configPath, text),
  keep: (unconfirmed) => openPrivateFile(unconfirmedPath).save(unconfirmed),
  ...rest,
});

/**
 * Before a start: a change that was never confirmed, since we or the machine went down with it, is taken back. Gives what
 * to tell, or null where there was none. A disk that refuses is told and leaves the change in place. Throws AppError
 * `daemon-running`.
 */
export const takeBackUnconfirmed = async (configPath: string, directories: Directories): Promise<string | null> => {
  const file = openPrivateFile(unconfirmedPathIn(directories));
  const kept = loadUnconfirmed(file);
  if (kept === null) return null;
  // It may be another daemon's, which still waits.
  await refuseIfServed(socketPathIn(directories));
  try {
    const text = Buffer.from(await readSome(configPath, FILE_BYTES_MAX)).toString();
    if (tagOf(text) === kept.tag) await rewrite(configPath, kept.before);
    await file.save(null);
    return "A change of the config was not confirmed before the last end: what was before is in force again";
  } catch (error) {
    return `An unconfirmed change of the config can't be taken back: ${error instanceof Error ? error.message : error}`;
  }
};

const loadUnconfirmed = (file: PrivateFile): Unconfirmed | null => {
  try {
    const kept = file.load();
    return isUnconfirmed(kept) ? kept : null;
  } catch {
    return null;
  }
};

const isUnconfirmed = (value: unknown): value is Unconfirmed =>
  typeof value === "object" &&
  value !== null &&
  "before" in value &&
  "tag" in value &&
  typeof value.before === "string";
