/** What a live view needs of a terminal. */
export interface Terminal {
  size(): { readonly columns: number; readonly rows: number };
  write(text: string): void;
  /** Takes the keyboard, and tells what happens until it is given back by calling what this returns. */
  listen(listener: TerminalListener): () => void;
}

export interface TerminalListener {
  /** The characters of one or more keys. */
  readonly typed: (keys: string) => void;
  readonly resized: () => void;
  /** The process is asked to end. */
  readonly ended: () => void;
  /** The process ends at once: only what can be done without waiting is still done. */
  readonly dying: () => void;
}

const ENDINGS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Of a screen that doesn't tell its size. */
const USUAL = { columns: 80, rows: 24 } as const;

/** The terminal that the process was started in. */
export const processTerminal = ({ stdin, stdout }: NodeJS.Process): Terminal => ({
  size: () => ({ columns: stdout.columns || USUAL.columns, rows: stdout.rows || USUAL.rows }),
  write: (text) => void stdout.write(text),
  listen: ({ typed, resized, ended, dying }) => {
    const takesKeys = stdin.isTTY === true;
    const type = (keys: Buffer): void => typed(keys.toString());
    if (takesKeys) stdin.setRawMode(true).resume().on("data", type);
    stdout.on("resize", resized);
    for (const signal of ENDINGS) process.on(signal, ended);
    process.on("exit", dying).on("uncaughtExceptionMonitor", dying);
    return () => {
      if (takesKeys) stdin.off("data", type).setRawMode(false).pause();
      stdout.off("resize", resized);
      for (const signal of ENDINGS) process.off(signal, ended);
      process.off("exit", dying).off("uncaughtExceptionMonitor", dying);
    };
  },
});
