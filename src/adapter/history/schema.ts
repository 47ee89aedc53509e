/** `PRAGMA user_version` of files that this code understands. */
export const SCHEMA_VERSION = 1;

/**
 * Written to flash memory: the log is synced only when it is taken over into the file, so that a write costs its pages
 * once and no barrier. A power failure takes the last writes along, and leaves a file that is whole. The file is ours alone, so that
 * SQLite maps none of it: a page fault on a disk that hangs would hold up every thread of the process. Sizes are in KiB
 * (cache, negative) and octets (log).
 */
export const SETTINGS = `
PRAGMA busy_timeout = 2000;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA cache_size = -256;
PRAGMA temp_store = MEMORY;
PRAGMA wal_autocheckpoint = 128;
PRAGMA journal_size_limit = 1048576;
`;

/** The tables of samples, by how long a span (ms) each is about. */
export const SAMPLES = [
  ["minute", 60_000],
  ["hour", 3_600_000],
  ["day", 86_400_000],
] as const;

const samplesTable = ([name]: (typeof SAMPLES)[number]): string => `CREATE TABLE IF NOT EXISTS ${name} (
  at INTEGER NOT NULL, series INTEGER NOT NULL, sent INTEGER NOT NULL, lost INTEGER NOT NULL,
  rtt_sum INTEGER NOT NULL, rtt_min INTEGER NOT NULL, rtt_max INTEGER NOT NULL, PRIMARY KEY (at, series)
) WITHOUT ROWID;`;

/** Times are milliseconds since 1970, round trips microseconds; samples are clustered by time, so that a batch of them is one page. */
export const SCHEMA = `
BEGIN;
CREATE TABLE IF NOT EXISTS run (id INTEGER PRIMARY KEY, began INTEGER NOT NULL, seen INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS event (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, importance TEXT NOT NULL,
  uplink TEXT, family TEXT, text TEXT NOT NULL, evidence TEXT
);
CREATE INDEX IF NOT EXISTS event_at ON event (at);
CREATE TABLE IF NOT EXISTS outage (
  run INTEGER NOT NULL, number INTEGER NOT NULL, uplink TEXT NOT NULL, family TEXT NOT NULL,
  "begin" INTEGER NOT NULL, "end" INTEGER, cause TEXT NOT NULL, evidence TEXT, PRIMARY KEY (run, number)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS outage_begin ON outage ("begin");
CREATE TABLE IF NOT EXISTS series (
  id INTEGER PRIMARY KEY, uplink TEXT NOT NULL, family TEXT NOT NULL, target TEXT NOT NULL, UNIQUE (uplink, family, target)
);
${SAMPLES.map(samplesTable).join("\n")}
CREATE TABLE IF NOT EXISTS "usage" (
  uplink TEXT NOT NULL, period TEXT NOT NULL, received INTEGER NOT NULL, sent INTEGER NOT NULL, PRIMARY KEY (uplink, period)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS meter (
  uplink TEXT PRIMARY KEY, boot TEXT NOT NULL, link INTEGER NOT NULL, received INTEGER NOT NULL, sent INTEGER NOT NULL
) WITHOUT ROWID;
PRAGMA user_version = ${SCHEMA_VERSION};
COMMIT;
`;
