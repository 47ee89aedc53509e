/** What writes a batch. `?1` is a JSON array of rows, or an object. */

/** `{ began, now }`: a run begins; gives its number. */
export const BEGIN_RUN = `INSERT INTO run (began, seen) VALUES (?1 ->> 'began', ?1 ->> 'now') RETURNING json(id)`;

/** `{ run, began, now }` */
export const TOUCH_RUN = `UPDATE run SET began = ?1 ->> 'began', seen = ?1 ->> 'now' WHERE id = ?1 ->> 'run'`;

/** `{ run, by }`: what this run wrote is moved along with the clock. */
export const MOVE_EVENTS = `UPDATE event SET at = at + (?1 ->> 'by') WHERE run = ?1 ->> 'run'`;
export const MOVE_OUTAGES = `
UPDATE outage SET "begin" = "begin" + (?1 ->> 'by'), "end" = "end" + (?1 ->> 'by') WHERE run = ?1 ->> 'run'`;

export const ADD_EVENTS = `
INSERT INTO event (run, at, kind, importance, uplink, family, text, evidence)
SELECT ?1 ->> 'run', value ->> 'at', value ->> 'kind', value ->> 'importance', value ->> 'uplink', value ->> 'family',
  value ->> 'text', nullif(value -> 'evidence', 'null') FROM json_each(?1, '$.rows')`;

export const PUT_OUTAGES = `
INSERT INTO outage (run, number, uplink, family, "begin", "end", cause, evidence)
SELECT ?1 ->> 'run', value ->> 'number', value ->> 'uplink', value ->> 'family', value ->> 'begin', value ->> 'end',
  value ->> 'cause', nullif(value -> 'evidence', 'null') FROM json_each(?1, '$.rows') WHERE true
ON CONFLICT DO UPDATE SET "begin" = excluded."begin", "end" = excluded."end"`;

export const ADD_SERIES = `
INSERT OR IGNORE INTO series (uplink, family, target)
SELECT value ->> 'uplink', value ->> 'family', value ->> 'target' FROM json_each(?1)`;

/** Of samples by the minute: adds them to a table whose spans are so long (ms). */
export const addSamples = (table: string, spanMs: number): string => `
INSERT INTO ${table} (at, series, sent, lost, rtt_sum, rtt_min, rtt_max)
SELECT (value ->> 'at') / ${spanMs} * ${spanMs} AS span, series.id, sum(value ->> 'sent'), sum(value ->> 'lost'),
  sum(value ->> 'rttSum'), ${leastAnswered("value ->> 'rttMin'", "value ->> 'sent' > value ->> 'lost'")}, max(value ->> 'rttMax')
FROM json_each(?1) JOIN series ON series.uplink = value ->> 'uplink' AND series.family = value ->> 'family'
  AND series.target = value ->> 'target'
WHERE true GROUP BY span, series.id
ON CONFLICT DO UPDATE SET
  rtt_min = CASE WHEN sent = lost THEN excluded.rtt_min WHEN excluded.sent = excluded.lost THEN rtt_min
    ELSE min(rtt_min, excluded.rtt_min) END,
  sent = sent + excluded.sent, lost = lost + excluded.lost, rtt_sum = rtt_sum + excluded.rtt_sum,
  rtt_max = max(rtt_max, excluded.rtt_max)`;

/** The least round trip of those spans that have any; 0 where none has. */
export const leastAnswered = (column: string, answered: string): string =>
  `coalesce(min(CASE WHEN ${answered} THEN ${column} END), 0)`;

export const PUT_USAGE = `
INSERT INTO "usage" (uplink, period, received, sent)
SELECT value ->> 'uplink', value ->> 'period', value ->> 'received', value ->> 'sent' FROM json_each(?1) WHERE true
ON CONFLICT DO UPDATE SET received = excluded.received, sent = excluded.sent`;

export const PUT_METERS = `
INSERT OR REPLACE INTO meter (uplink, boot, link, received, sent)
SELECT value ->> 'uplink', value ->> 'boot', value ->> 'link', value ->> 'received', value ->> 'sent' FROM json_each(?1)`;

/** A line that flaps for weeks must not fill the disk. */
const EVENTS_MAX = 100_000;

export const PRUNE_SURPLUS = `DELETE FROM event WHERE id <= (SELECT max(id) FROM event) - ${EVENTS_MAX}`;

/** What is too old by now, `?1` `{ minutes, rest, firstDay }`: nothing before each of these is kept. */
export const PRUNE: readonly string[] = [
  "DELETE FROM minute WHERE at < ?1 ->> 'minutes'",
  "DELETE FROM hour WHERE at < ?1 ->> 'rest'",
  "DELETE FROM day WHERE at < ?1 ->> 'rest'",
  "DELETE FROM event WHERE at < ?1 ->> 'rest'",
  `DELETE FROM outage WHERE coalesce("end", "begin") < ?1 ->> 'rest'`,
  "DELETE FROM run WHERE seen < ?1 ->> 'rest'",
  `DELETE FROM "usage" WHERE period < ?1 ->> 'firstDay'`,
];
