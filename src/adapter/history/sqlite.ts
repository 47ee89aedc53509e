import { AppError } from "../../error.ts";
import { type ForeignFunction, loadLibrary } from "../libc/libc.ts";

/**
 * A SQLite database. All that may touch the disk runs on another thread, one call after the other: a disk that hangs
 * holds up these promises and nothing else.
 */
export interface Database {
  /** Runs any number of statements. Rejects with SqliteError. */
  run(statements: string): Promise<void>;
  /**
   * Runs one statement. `?1` in it is the parameter as JSON. Gives the first column of its first row, which must be JSON,
   * or null where there is no row. Rejects with SqliteError.
   */
  ask(statement: string, parameter: unknown): Promise<unknown>;
  /** Never rejects. */
  close(): Promise<void>;
}

/** What SQLite refused. `result`: its primary result code. */
export class SqliteError extends AppError {
  readonly result: number;

  constructor(result: number, words: string) {
    super("history-failed", words);
    this.result = result;
  }

  /** The file is damaged, or no database: SQLITE_CORRUPT, SQLITE_NOTADB. */
  get meansDamage(): boolean {
    return this.result === 11 || this.result === 26;
  }
}

/** Every SQLite since 3.38 (2022), which brought JSON. */
const LIBRARY = "libsqlite3.so.0";

const DECLARATIONS = {
  open: "int sqlite3_open_v2(str, void *, int, void *)",
  close: "int sqlite3_close_v2(void *)",
  exec: "int sqlite3_exec(void *, str, void *, void *, void *)",
  prepare: "int sqlite3_prepare_v2(void *, str, int, void *, void *)",
  bind: "int sqlite3_bind_text(void *, int, str, int, int64)",
  step: "int sqlite3_step(void *)",
  column: "str sqlite3_column_text(void *, int)",
  finalize: "int sqlite3_finalize(void *)",
  words: "str sqlite3_errmsg(void *)",
};

type Library = Readonly<Record<keyof typeof DECLARATIONS, ForeignFunction>>;

/** sqlite3.h */
const RESULT = { OK: 0, ROW: 100, DONE: 101, NO_MEMORY: 7 } as const;
const OPEN_READ_WRITE_CREATE_SERIALIZED = 0x2 | 0x4 | 0x10000;
/** SQLite makes a copy of the text. */
const TRANSIENT = -1;
/** Up to the text's end. */
const WHOLE = -1;
/** The extended result code's lower octet is the primary one. */
const PRIMARY = 0xff;

/** A pointer that C fills in; the buffer lives as long as somebody holds it. */
const pointerAt = (place: Buffer): bigint => place.readBigUInt64LE(0);

const onAnotherThread = (call: ForeignFunction, ...values: readonly unknown[]): Promise<number> =>
  new Promise((resolve, reject) => {
    call.async(...values, (failure: unknown, result: number) => (failure ? reject(failure) : resolve(result)));
  });

/** Opens a database, and makes it where there is none. Rejects with SqliteError, or AppError history-unavailable. */
export const openDatabase = async (path: string): Promise<Database> => {
  const library: Library | null = loadLibrary(LIBRARY, DECLARATIONS);
  if (library === null) throw new AppError("history-unavailable", `${LIBRARY} is not installed`);
  const place = Buffer.alloc(8);
  const result = await onAnotherThread(library.open, path, place, OPEN_READ_WRITE_CREATE_SERIALIZED, null);
  const handle = pointerAt(place);
  if (result === RESULT.OK) return databaseOf(library, handle);
  const error = handle === 0n ? new SqliteError(RESULT.NO_MEMORY, "out of memory") : errorOf(library, handle, result);
  await onAnotherThread(library.close, handle);
  throw error;
};

const errorOf = (library: Library, handle: bigint, result: number): SqliteError =>
  new SqliteError(result & PRIMARY, String(library.words(handle)));

const databaseOf = (library: Library, handle: bigint): Database => {
  let last: Promise<unknown> = Promise.resolve();
  /** SQLite would let a second caller wait on its lock, and with it our loop. */
  const inTurn = <Result>(act: () => Promise<Result>): Promise<Result> => {
    const done = last.then(act, act);
    last = done.catch(() => {});
    return done;
  };
  return {
    run: (statements) => inTurn(() => run(library, handle, statements)),
    ask: (statement, parameter) => inTurn(() => ask({ library, handle, statement }, JSON.stringify(parameter))),
    close: async () => {
      await inTurn(() => onAnotherThread(library.close, handle)).catch(() => {});
    },
  };
};

const run = async (library: Library, handle: bigint, statements: string): Promise<void> => {
  const result = await onAnotherThread(library.exec, handle, statements, null, null, null);
  if (result !== RESULT.OK) throw errorOf(library, handle, result);
};

interface Question {
  readonly library: Library;
  readonly handle: bigint;
  readonly statement: string;
}

const ask = async ({ library, handle, statement }: Question, parameter: string): Promise<unknown> => {
  const place = Buffer.alloc(8);
  const prepared = await onAnotherThread(library.prepare, handle, statement, WHOLE, place, null);
  if (prepared !== RESULT.OK) throw errorOf(library, handle, prepared);
  const cursor = pointerAt(place);
  try {
    // Of a statement without a parameter, SQLite says that there is none to bind.
    library.bind(cursor, 1, parameter, WHOLE, TRANSIENT);
    const stepped = await onAnotherThread(library.step, cursor);
    if (stepped === RESULT.DONE) return null;
    if (stepped !== RESULT.ROW) throw errorOf(library, handle, stepped);
    const text = library.column(cursor, 0);
    return typeof text === "string" ? JSON.parse(text) : null;
  } finally {
    await onAnotherThread(library.finalize, cursor);
  }
};
