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
