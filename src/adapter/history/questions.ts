import type { HistoryAnswer, PastSeries, ReportMaterial, Span } from "../../core/history/answer.ts";
import type { PeriodUsage } from "../../core/history/batch.ts";
import { localDate } from "../local-date.ts";
import { leastAnswered } from "./statements.ts";
import type { HistoryStore } from "./store.ts";

/** How many events an answer holds at the most, and how many outages. */
const EVENTS_MAX = 1000;
const OUTAGES_MAX = 2000;

/** Where samples come from, and how long a span they are rolled up into. */
export interface SampleChoice {
  readonly table: "minute" | "hour" | "day";
  readonly spanMs: number;
  /** No more points than this in all. */
  readonly pointsMax: number;
}

const EVENTS = `
SELECT json_group_array(json_object('at', at, 'kind', kind, 'importance', importance, 'uplink', uplink, 'family', family,
  'text', text, 'evidence', json(evidence)))
FROM (SELECT * FROM (SELECT * FROM event WHERE at >= ?1 ->> 'from' AND at < ?1 ->> 'until'
  ORDER BY at DESC, id DESC LIMIT ${EVENTS_MAX + 1}) ORDER BY at, id)`;

/** Where nothing ever answered there is no line (those without IPv6 are many). One whose run is over without having seen its end lasted at least as long as the run. `run`: the present one. */
const OUTAGES = `
SELECT json_group_array(json_object('uplink', uplink, 'family', family, 'begin', "begin", 'end', "end",
  'cutShort', json(cut), 'cause', cause, 'evidence', json(evidence)))
FROM (SELECT uplink, family, "begin", cause, evidence,
    CASE WHEN "end" IS NULL AND run < (SELECT max(id) FROM run) THEN (SELECT seen FROM run WHERE id = outage.run) ELSE "end" END AS "end",
    CASE WHEN "end" IS NULL AND run < (SELECT max(id) FROM run) THEN 'true' ELSE 'false' END AS cut
  FROM outage WHERE "begin" < ?1 ->> 'until' AND (uplink, family) IN
    (SELECT uplink, family FROM series WHERE id IN (SELECT series FROM day WHERE sent > lost)) ORDER BY "begin" DESC LIMIT ${OUTAGES_MAX})
WHERE "end" IS NULL OR "end" > ?1 ->> 'from'`;

const USAGE = `
SELECT json_group_array(json_object('uplink', uplink, 'period', period, 'received', received, 'sent', sent))
FROM "usage" WHERE period >= ?1 ->> 'firstDay' AND period <= ?1 ->> 'lastDay'`;

const samplesFrom = ({ table, spanMs, pointsMax }: SampleChoice): string => `
SELECT json_group_array(json_object('uplink', uplink, 'family', family, 'target', target, 'points', json(points)))
FROM (SELECT uplink, family, target, json_group_array(json(point)) AS points FROM (
  SELECT series, json_array(span, sent, lost, CASE WHEN sent > lost THEN round(least / 1000.0, 3) END, round(sum / 1000.0 / nullif(sent - lost, 0), 3), CASE WHEN sent > lost THEN round(most / 1000.0, 3) END) AS point
  FROM (SELECT series, at / ${spanMs} * ${spanMs} AS span, sum(sent) AS sent, sum(lost) AS lost, sum(rtt_sum) AS sum,
      ${leastAnswered("rtt_min", "sent > lost")} AS least, max(rtt_max) AS most
    FROM ${table} WHERE at >= ?1 ->> 'from' AND at < ?1 ->> 'until' GROUP BY series, span ORDER BY span LIMIT ${pointsMax})
) JOIN series ON series.id = series GROUP BY series.id)`;

const RUNS = `
SELECT json_group_array(json_object('from', max(began, ?1 ->> 'from'), 'until', min(seen, ?1 ->> 'until')))
FROM (SELECT * FROM run WHERE seen > ?1 ->> 'from' AND began < ?1 ->> 'until' ORDER BY began LIMIT 10000)`;

/** Without a carrier nothing is sent, and yet the uplink is watched. */
const PROBES = `
SELECT json_group_array(json_object('uplink', uplink, 'family', family, 'since', since, 'sent', sent, 'lost', lost,
  'rttMsMean', round(sum / 1000.0 / nullif(sent - lost, 0), 3)))
FROM (SELECT uplink, family, total(hour.sent) AS sent, total(hour.lost) AS lost, sum(rtt_sum) AS sum,
    coalesce((SELECT min(first.at) FROM hour AS first JOIN series AS of ON of.id = first.series
      WHERE of.uplink = series.uplink AND of.family = series.family), ?1 ->> 'from') AS since
  FROM series LEFT JOIN hour ON series.id = hour.series AND at >= ?1 ->> 'from' AND at < ?1 ->> 'until'
  GROUP BY uplink, family)`;

/** All that the file knows of a span, which is nothing of rates; `samples` null: none are wanted. Rejects with AppError. */
export const askHistory = async (
  store: HistoryStore,
  { span, samples }: { readonly span: Span; readonly samples: SampleChoice | null },
): Promise<HistoryAnswer> => {
  const events = (await store.ask(EVENTS, span)) as HistoryAnswer["events"];
  return {
    ...span,
    runs: await askRuns(store, span),
    events: events.slice(-EVENTS_MAX),
    truncated: events.length > EVENTS_MAX,
    outages: (await askOutages(store, span)).toReversed(),
    spanMs: samples?.spanMs ?? null,
    series: samples === null ? [] : ((await store.ask(samplesFrom(samples), span)) as PastSeries[]),
    rates: [],
    usage: await askUsage(store, span),
  };
};

/** What a report on a span is made from. Rejects with AppError. */
export const askReport = async (store: HistoryStore, span: Span): Promise<ReportMaterial> => ({
  ...span,
  runs: await askRuns(store, span),
  outages: (await askOutages(store, span)).toReversed(),
  probes: (await store.ask(PROBES, span)) as ReportMaterial["probes"],
  usage: await askUsage(store, span),
});

const askRuns = async (store: HistoryStore, span: Span): Promise<readonly Span[]> =>
  (await store.ask(RUNS, span)) as Span[];

const askOutages = async (store: HistoryStore, span: Span): Promise<HistoryAnswer["outages"]> =>
  (await store.ask(OUTAGES, span)) as HistoryAnswer["outages"];

/** A period is a calendar month of the router's time zone. */
const askUsage = async (store: HistoryStore, { from, until }: Span): Promise<PeriodUsage[]> =>
  (await store.ask(USAGE, {
    firstDay: `${localDate(from).slice(0, "2026-10".length)}-01`,
    lastDay: localDate(until - 1).slice(0, "2026-10-01".length),
  })) as PeriodUsage[];
