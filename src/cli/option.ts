import { AppError } from "../error.ts";

/** Holds for every command. */
export interface GlobalOptions {
  /** The daemon's socket, where it is not the usual one. */
  readonly socket?: string;
}

export interface JsonOption extends GlobalOptions {
  readonly json?: true;
}

export interface ConfigOption extends GlobalOptions {
  readonly config?: string;
}

/** What `--json` says of itself. */
export const JSON_HELP = "for programs: JSON";

/** Takes the exit code of the command that was given. */
export type Done = (code: number) => void;

/** Reads an argument that is one of a few words. Throws AppError (usage). */
export const oneOf =
  <Word extends string>(command: string, words: readonly Word[]) =>
  (text: string): Word => {
    const word = words.find((one) => one === text);
    if (word !== undefined) return word;
    throw new AppError("usage", `${command} takes ${words.join(", ")}, rather than ${text}`);
  };
