import { rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Batch, PeriodUsage, StoredMeter } from "../../core/history/batch.ts";
import type { Sample } from "../../core/history/entry.ts";
import { AppError } from "../../error.ts";
import { makeFolder } from "../file/folder.ts";
import { SAMPLES, SCHEMA, SCHEMA_VERSION, SETTINGS } from "./schema.ts";
import { type Database, openDatabase, SqliteError } from "./sqlite.ts";
import {
  ADD_EVENTS,
  ADD_SERIES,
  addSamples,
  BEGIN_RUN,
  MOVE_EVENTS,
  MOVE_OUTAGES,
  PRUNE,
  PRUNE_SURPLUS,
  PUT_METERS,
  PUT_OUTAGES,
  PUT_USAGE,
  TOUCH_RUN,
} from "./statements.ts";

/** The history's file. Everything rejects with AppError: history-failed, history-unavailable. */
export interface HistoryStore {
  /** Writes all of a batch or nothing. A file that proves damaged is set aside; the next batch begins a new one. */
  write(batch: Batch): Promise<void>;
  /** One question, answered as JSON; `parameter` is its `?1`. */
  ask(statement: string, parameter: unknown): Promise<unknown>;
  /** What was counted until the last batch. */
  counted(): Promise<Counted>;
  /** Never rejects. */
  close(): Promise<void>;
}

/** What was counted by earlier runs. */
export interface Counted {
  readonly usage: readonly PeriodUsage[];
  readonly meters: readonly StoredMeter[];
}

export interface HistoryStoreOptions {
  readonly path: string;
  /** Everything older (ms) is deleted. */
  readonly keepMs: number;
  /** Is told what happened to a damaged file. */
  readonly complain: (problem: string) => void;
}

/** Minutes are for looking closely at what was lately: a week. */
const MINUTES_KEPT_MS = 7 * 86_400_000;

/** Opens the file when it is first needed. Never throws. */
export const openHistoryStore = (options: HistoryStoreOptions): HistoryStore => {
  const file: File = { ...options, database: null, run: null };
  const careful = async <Result>(act: (database: Database) => Promise<Result>): Promise<Result> => {
    try {
      file.database ??= openFile(file.path);
      return await act(await file.database);
    } catch (error) {
      if (file.run === null) await closeFile(file);
      const isDamaged = error instanceof SqliteError && error.meansDamage;
      throw asAppError(isDamaged ? ((await setAside(file)) ?? error) : error);
    }
  };
  return {
    write: (batch) => careful((database) => write(file, database, batch)),
    ask: (statement, parameter) => careful((database) => database.ask(statement, parameter)),
    counted: () => careful(readCounted),
    close: () => closeFile(file),
  };
};

interface File extends HistoryStoreOptions {
  database: Promise<Database> | null;
  /** This run's number in the file. */
  run: number | null;
}

const asAppError = (cause: unknown): AppError =>
  cause instanceof AppError
    ? cause
    : new AppError("history-failed", cause instanceof Error ? cause.message : String(cause), { cause });

const openFile = async (path: string): Promise<Database> => {
  await makeFolder(dirname(path), 0o750);
  const database = await openDatabase(path);
  try {
    await database.run(SETTINGS);
    await prepare(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
};

/** Damage shows at once rather than at the first query that comes upon it. */
const prepare = async (database: Database): Promise<void> => {
  const found = await database.ask("SELECT json_quote(quick_check) FROM pragma_quick_check LIMIT 1", null);
  if (found !== "ok") throw new SqliteError(11, String(found));
  const version = await database.ask("SELECT json(user_version) FROM pragma_user_version", null);
  if (Number(version) > SCHEMA_VERSION)
    throw new AppError("history-failed", "a newer version of wan-failover wrote it");
  await database.run(SCHEMA);
};

const closeFile = async (file: File): Promise<void> => {
  const { database } = file;
  file.database = null;
  file.run = null;
  await database?.then((open) => open.close()).catch(() => {});
};

/** The damaged file is kept for whoever wants to mend it; its log goes, since it would be taken for the new file's. Why it can't be, or null. */
const setAside = async (file: File): Promise<AppError | null> => {
  const { path, complain } = file;
  await closeFile(file);
  const aside = `${path}.damaged`;
  try {
    await rename(path, aside);
    for (const part of ["-wal", "-shm"]) await rm(`${path}${part}`, { force: true });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new AppError("history-failed", `${path} is damaged and can't be set aside: ${reason}`, { cause });
  }
  complain(`The history ${path} is damaged; it was set aside as ${aside}, and a new one begins`);
  return null;
};

const write = async (file: File, database: Database, batch: Batch): Promise<void> => {
  await database.run("BEGIN IMMEDIATE");
  try {
    const run = await beginRun(file, database, batch);
    await writeRows(database, run, batch);
    await database.ask(PRUNE_SURPLUS, null);
    if (batch.isClockTrusted) await prune(database, batch.now, file.keepMs);
    await database.run("COMMIT");
    file.run = run;
  } catch (error) {
    // Where the disk is full, SQLite has rolled back by itself, and says that there is nothing to roll back.
    await database.run("ROLLBACK").catch(() => {});
    throw error;
  }
};

const beginRun = async (file: File, database: Database, { began, now }: Batch): Promise<number> => {
  if (file.run === null) return Number(await database.ask(BEGIN_RUN, { began, now }));
  await database.ask(TOUCH_RUN, { run: file.run, began, now });
  return file.run;
};

const writeRows = async (database: Database, run: number, batch: Batch): Promise<void> => {
  const { events, outages, samples, usage, meters, clockSetBy } = batch;
  const steps: readonly (readonly [string, unknown, boolean])[] = [
    [MOVE_EVENTS, { run, by: clockSetBy }, clockSetBy !== 0],
    [MOVE_OUTAGES, { run, by: clockSetBy }, clockSetBy !== 0],
    [ADD_EVENTS, { run, rows: events }, events.length > 0],
    [PUT_OUTAGES, { run, rows: outages }, outages.length > 0],
    [ADD_SERIES, samples, samples.length > 0],
    ...SAMPLES.map(
      ([table, spanMs]) => [addSamples(table, spanMs), samples.map(inMicroseconds), samples.length > 0] as const,
    ),
    [PUT_USAGE, usage, usage.length > 0],
    [PUT_METERS, meters, meters.length > 0],
  ];
  for (const [statement, parameter, isNeeded] of steps) if (isNeeded) await database.ask(statement, parameter);
};

const inMicroseconds = ({ rttMsSum, rttMsMin, rttMsMax, ...sample }: Sample) => ({
  ...sample,
  rttSum: Math.round(rttMsSum * 1000),
  rttMin: Math.round(rttMsMin * 1000),
  rttMax: Math.round(rttMsMax * 1000),
});

const prune = async (database: Database, now: number, keepMs: number): Promise<void> => {
  const rest = now - keepMs;
  const firstDay = new Date(Math.max(0, rest)).toISOString().slice(0, 10);
  const limits = { minutes: now - Math.min(keepMs, MINUTES_KEPT_MS), rest, firstDay };
  for (const statement of PRUNE) await database.ask(statement, limits);
};

const COUNTED = `
SELECT json_object(
  'usage', (SELECT json_group_array(json_object('uplink', uplink, 'period', period, 'received', received, 'sent', sent)) FROM "usage"),
  'meters', (SELECT json_group_array(json_object('uplink', uplink, 'boot', boot, 'link', link, 'received', received, 'sent', sent)) FROM meter)
)`;

const readCounted = async (database: Database): Promise<Counted> => (await database.ask(COUNTED, null)) as Counted;
