import { AppError } from "../../error.ts";

/** One mistake in the config. */
export interface ConfigIssue {
  /** The option, as people write it: `uplinks[1].interface`; empty for the file as a whole. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** What is wrong. */
  readonly message: string;
  /** What would be right. */
  readonly remedy: string;
}

/** The config has mistakes: all of them, in the order of the file. */
export class ConfigError extends AppError {
  readonly file: string;
  readonly issues: readonly ConfigIssue[];

  constructor(file: string, issues: readonly ConfigIssue[]) {
    super("config-invalid", `${file} has ${issues.length === 1 ? "a mistake" : `${issues.length} mistakes`}`);
    this.file = file;
    this.issues = issues;
  }
}

/** One line for people and for editors that jump to a place: `config.yaml:7:5 uplinks[1].interface: … → …`. */
export const formatIssue = (file: string, issue: ConfigIssue): string => {
  const option = issue.path === "" ? "" : `${issue.path}: `;
  return `${file}:${issue.line}:${issue.column} ${option}${issue.message} → ${issue.remedy}`;
};

/** `["uplinks", 1, "interface"]` as `uplinks[1].interface`. */
export const formatPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? String(key) : `${text}.${String(key)}`;
  }, "");
