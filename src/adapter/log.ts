import { fstatSync } from "node:fs";
import { type LineSink, openStandardError } from "./standard-error.ts";

/** error: needs somebody · info: what an admin wants to read later · debug: what a developer wants. */
export type LogLevel = "error" | "info" | "debug";

/** A log, one line a message. */
export type Log = Readonly<Record<LogLevel, (message: string) => void>>;

export interface LogOptions {
  /** The least important level that is written. */
  readonly level: LogLevel;
  /** Whether journald reads it, which wants priorities and stamps the time itself. */
  readonly journal: boolean;
  readonly write: LineSink;
  /** Hears what is written too. Must not throw. */
  readonly also: (level: LogLevel, message: string) => void;
}

/** `syslog.h`: LOG_ERR, LOG_INFO, LOG_DEBUG. */
export const PRIORITIES: Readonly<Record<LogLevel, number>> = { error: 3, info: 6, debug: 7 };
const STANDARD_ERROR = 2;
/** C0, DEL, C1, line and paragraph separators, and what reverses the direction of text. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

const escapeCharacter = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** Text from outside made harmless for a terminal and a log: one line, no control characters. Never throws. */
export const printable = (text: string): string =>
  text.replace(UNPRINTABLE, (character) => (character === "\n" ? "\\n" : escapeCharacter(character)));

/** Whether standard error itself goes to journald (systemd.exec(5), JOURNAL_STREAM). Never throws. */
export const journalIsListening = (environment: NodeJS.ProcessEnv): boolean => {
  const { dev, ino } = fstatSync(STANDARD_ERROR);
  return environment.JOURNAL_STREAM === `${dev}:${ino}`;
};

const prefix = (level: LogLevel, journal: boolean): string =>
  journal ? `<${PRIORITIES[level]}>` : `${new Date().toISOString()} ${level}: `;

/** A log to standard error, in journald's form where journald listens. What nobody takes is lost and counted. Its functions never throw or wait. */
export const openLog = (options: Partial<LogOptions> = {}): Log => {
  const { level = "info", journal = journalIsListening(process.env), write = openStandardError(), also } = options;
  let lost = 0;
  const isTaken = (of: LogLevel, message: string): boolean => write(`${prefix(of, journal)}${printable(message)}\n`);
  const put = (of: LogLevel, message: string): void => {
    if (lost > 0 && isTaken("error", `${lost} lines of the log were lost, since nobody took them`)) lost = 0;
    if (lost > 0 || !isTaken(of, message)) lost += 1;
  };
  const writer = (of: LogLevel) => (message: string) => {
    if (PRIORITIES[of] > PRIORITIES[level]) return;
    put(of, message);
    also?.(of, message);
  };
  return { error: writer("error"), info: writer("info"), debug: writer("debug") };
};
