import { sentence } from "../api/text/words.ts";
import { ConfigError, formatIssue } from "../config/mistake/issue.ts";
import { AppError, CATALOGUE, type ErrorCode, InvariantError } from "../error.ts";

/** 0 done · 1 failed · 2 usage or config · 3 no daemon. */
export const EXIT = { done: 0, failed: 1, usage: 2, noDaemon: 3 } as const;

const EXIT_CODES: Readonly<Partial<Record<ErrorCode, number>>> = {
  usage: EXIT.usage,
  "config-missing": EXIT.usage,
  "config-unreadable": EXIT.usage,
  "config-invalid": EXIT.usage,
  "import-failed": EXIT.usage,
  "no-daemon": EXIT.noDaemon,
};

/** The exit code of a command that failed with this error. Never throws. */
export const exitCodeOf = (error: unknown): number =>
  (error instanceof AppError ? EXIT_CODES[error.code] : undefined) ?? EXIT.failed;

/** An error for the person who gave the command. `debug`: with the stack, where the mistake is ours. Never throws. */
export const errorText = (error: unknown, debug: boolean): string => {
  if (error instanceof ConfigError) return error.issues.map((issue) => formatIssue(error.file, issue)).join("\n");
  if (error instanceof AppError && !(error instanceof InvariantError)) return `wan-failover: ${advice(error)}`;
  return `wan-failover: ${ourMistake(error, debug)}`;
};

/** The core's refusals say themselves what would help. */
const advice = ({ code, detail }: AppError): string =>
  code === "order-refused" ? sentence(detail) : `${sentence(detail)} ${CATALOGUE[code].remedy}`;

const ourMistake = (error: unknown, debug: boolean): string => {
  if (debug) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const message = error instanceof Error ? error.message : String(error);
  return `this is a mistake of ours, please report it: ${sentence(message)} WAN_FAILOVER_DEBUG=1 shows where it happened.`;
};
