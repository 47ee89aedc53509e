/** How much a message matters. */
export type Level = "error" | "info" | "debug";

/** One line of the log, as the screen shows it. */
export interface Message {
  /** Wall clock, ISO 8601. */
  readonly at: string;
  readonly level: Level;
  readonly text: string;
}

/** The log, and its newest lines to be shown again. */
export interface Messages {
  /** Writes a line. One that repeats the last error is left out. Never throws. */
  add(level: Level, text: string): void;
  /** The newest lines, oldest first. */
  recent(): readonly Message[];
}

export interface MessagesOptions {
  readonly write: (level: Level, text: string) => void;
  /** Wall clock, ISO 8601. */
  readonly wallClock: () => string;
}

/** How many lines are kept. */
const KEPT = 50;

/** A log without a line yet. */
export const openMessages = ({ write, wallClock }: MessagesOptions): Messages => {
  const kept: Message[] = [];
  const repeats = (level: Level, text: string): boolean => level === "error" && kept.at(-1)?.text === text;
  return {
    add: (level, text) => {
      if (repeats(level, text)) return;
      write(level, text);
      if (level === "debug") return;
      kept.push({ at: wallClock(), level, text });
      if (kept.length > KEPT) kept.shift();
    },
    recent: () => [...kept],
  };
};
