import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import type { Readable } from "node:stream";
import { AppError } from "../error.ts";

/** Where a secret is read from. */
export interface SecretSource {
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  /** Where a person is asked. */
  readonly ask: (text: string) => void;
}

/** Asks a person twice, without showing what is typed; elsewhere takes the first line. Throws AppError: usage. */
export const readSecret = async ({ stdin, ask }: SecretSource): Promise<string> => {
  if (stdin.isTTY !== true) return firstLine(stdin);
  ask("Password: ");
  const first = await typed(stdin);
  ask("\nOnce more: ");
  const second = await typed(stdin);
  ask("\n");
  if (first === second) return first;
  throw new AppError("usage", "these were two different passwords; nothing was changed");
};

const firstLine = async (stdin: Readable): Promise<string> => {
  const lines = createInterface({ input: stdin });
  for await (const line of lines) return line;
  return "";
};

const ENTER = /[\r\n]/;
/** Ctrl-C, Ctrl-D. */
const INTERRUPT = ["\u0003", "\u0004"];
const BACKSPACE = /[\b\u007f]/;

/** What a person types until Enter. */
const typed = async (stdin: SecretSource["stdin"]): Promise<string> => {
  stdin.setRawMode?.(true);
  try {
    let text = "";
    for (;;) {
      const [keys] = (await once(stdin, "data")) as [Buffer];
      for (const key of keys.toString()) {
        if (ENTER.test(key)) return text;
        if (INTERRUPT.includes(key)) throw new AppError("usage", "nothing was changed");
        text = BACKSPACE.test(key) ? text.slice(0, -1) : text + key;
      }
    }
  } finally {
    stdin.setRawMode?.(false);
    stdin.pause();
  }
};
