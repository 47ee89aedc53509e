import { createHash } from "node:crypto";
import { decodeConfig } from "../../config/document/read.ts";
import { parseConfig } from "../../config/load.ts";
import { ConfigError } from "../../config/mistake/issue.ts";

/** The config file, and what makes it count. */
export interface ConfigStore {
  readonly path: string;
  /** Rejects with AppError. */
  read(): Promise<Uint8Array>;
  /** Replaces it on the disk. Rejects with AppError. */
  write(text: string): Promise<void>;
  /** Keeps what a change would be taken back to, over a restart; null: forgets it. Rejects with AppError. */
  keep(unconfirmed: Unconfirmed | null): Promise<void>;
  /** Puts the file into force; why it isn't, or null. Never throws. */
  apply(): string | null;
  complain(problem: string): void;
}

/** A change that goes back by itself unless it is confirmed. */
export interface Unconfirmed {
  /** The text before the change. */
  readonly before: string;
  /** The tag of the text that was changed to: should somebody change it meanwhile, nothing is taken back. */
  readonly tag: string;
}

/** A config text and its tag. */
export interface Tagged {
  readonly text: string;
  readonly tag: string;
}

/** Reads and changes the config, one change at a time. */
export interface ConfigKeeper {
  /** Rejects with AppError; ConfigError where it isn't text. */
  read(): Promise<Tagged>;
  /** Makes a change, of which `change` says what it makes of what is. Rejects with what that throws, and AppError. */
  change<T>(change: (current: Tagged) => Promise<T>): Promise<T>;
  /** Within a change: writes a valid text and puts it into force; why it isn't, or null. `confirmMs`: null for good. */
  put(current: Tagged, text: string, confirmMs: number | null): Promise<string | null>;
  /** How long (ms) until the last change is taken back; null if it is for good. */
  confirmLeftMs(): number | null;
  /** The last change is for good. False if it was already. Rejects with AppError. */
  confirm(): Promise<boolean>;
  /** Takes the last change back at once. False if it is for good already. Rejects with AppError. */
  revert(): Promise<boolean>;
  close(): void;
}

/** What tells one text from another: an ETag without its quotes. */
export const tagOf = (text: string): string => createHash("sha256").update(text).digest("base64url").slice(0, 22);

/** Keeps the config in this store. */
export const openConfigKeeper = (store: ConfigStore): ConfigKeeper => {
  let turn: Promise<unknown> = Promise.resolve();
  let waiting: (Unconfirmed & { readonly until: number }) | null = null;
  let timer: NodeJS.Timeout | undefined;

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = turn.then(work);
    turn = next.catch(() => {});
    return next;
  };

  const read = async (): Promise<Tagged> => {
    const text = decodeConfig(await store.read(), store.path);
    return { text, tag: tagOf(text) };
  };

  const settle = async (): Promise<void> => {
    clearTimeout(timer);
    waiting = null;
    await store.keep(null);
  };

  const takeBack = async (): Promise<boolean> => {
    if (waiting === null) return false;
    const { before, tag } = waiting;
    if ((await read()).tag === tag) await store.write(before);
    await settle();
    store.apply();
    return true;
  };

  const revert = (): Promise<boolean> => inTurn(takeBack);

  const expire = (): void => {
    revert().then(
      () => store.complain(TAKEN_BACK),
      (error: unknown) =>
        store.complain(`The config can't be taken back: ${error instanceof Error ? error.message : error}`),
    );
  };

  return {
    read,
    change: (change) => inTurn(async () => change(await read())),
    put: async (current, text, confirmMs) => {
      const unconfirmed = confirmMs === null ? null : { before: current.text, tag: tagOf(text) };
      await store.keep(unconfirmed);
      await store.write(text);
      if (unconfirmed !== null && confirmMs !== null) {
        waiting = { ...unconfirmed, until: performance.now() + confirmMs };
        timer = setTimeout(expire, confirmMs);
      }
      return store.apply();
    },
    confirmLeftMs: () => (waiting === null ? null : Math.max(0, Math.round(waiting.until - performance.now()))),
    confirm: () =>
      inTurn(async () => {
        const waited = waiting !== null;
        if (waited) await settle();
        return waited;
      }),
    revert,
    close: () => clearTimeout(timer),
  };
};

const TAKEN_BACK = "The change of the config was not confirmed in time: what was before is in force again";

/** The mistakes in a config text, with their places. Never throws. */
export const mistakesIn = (text: string, file: string): ConfigError | null => {
  try {
    decodeConfig(Buffer.from(text), file);
    parseConfig(text, file);
    return null;
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
};
