import type { Table } from "../lib/report.ts";
import type { Part, Result } from "./plan.ts";
import { RANKED_LINKS, SCENARIOS } from "./scenario.ts";
import type { Figures } from "./score.ts";

/** The results as tables, for the terminal and for docs/detection.md. Empty tables are left out. */
export const tables = (results: readonly Result[]): Table[] =>
  [failovers(results), falseFailovers(results), octets(results), used(results), scenarios(results)].filter(
    ({ rows }) => rows.length > 0,
  );

type Format = (figures: Figures) => string;

const of = (results: readonly Result[], part: Part): Result[] => results.filter((result) => result.part === part);

const contendersOf = (results: readonly Result[]): string[] => [...new Set(results.map(({ contender }) => contender))];

/** One line for each contender, one column for each link. */
const byLink = (results: readonly Result[], title: string, format: Format): Table => {
  const links = RANKED_LINKS.filter((link) => results.some(({ where }) => where === link));
  const cell = (contender: string, link: string): string => {
    const found = results.find((result) => result.contender === contender && result.where === link);
    return found === undefined ? "–" : format(found.figures);
  };
  return {
    title,
    columns: ["", ...links],
    rows: contendersOf(results).map((contender) => [contender, ...links.map((link) => cell(contender, link))]),
  };
};

const failovers = (results: readonly Result[]): Table =>
  byLink(
    of(results, "idle"),
    "Blackhole to failover on a line without users, s, median / 99th percentile, with the patience learned before",
    ({ failoverP50, failoverP99 }) => `${seconds(failoverP50)} / ${seconds(failoverP99)}`,
  );

const falseFailovers = (results: readonly Result[]): Table =>
  byLink(
    of(results, "idle"),
    "False failovers a year (in so many simulated days)",
    ({ downsPerYear, days }) => `${number(downsPerYear)} (${number(days)})`,
  );

const octets = (results: readonly Result[]): Table =>
  byLink(of(results, "idle"), "Probes in 30 days on a line without users, MB", ({ megabytesPerMonth }) =>
    number(megabytesPerMonth),
  );

const USED_COLUMNS: readonly (readonly [title: string, format: Format])[] = [
  ["divert, new, s", ({ freshDivertP50, freshDivertP99 }) => `${seconds(freshDivertP50)} / ${seconds(freshDivertP99)}`],
  ["divert, learned, s", ({ divertP50, divertP99 }) => `${seconds(divertP50)} / ${seconds(divertP99)}`],
  ["failover, new, s", ({ freshFailoverP50 }) => seconds(freshFailoverP50)],
  ["failover, learned, s", ({ failoverP50 }) => seconds(failoverP50)],
  ["diverts a day", ({ divertsPerDay }) => number(divertsPerDay)],
  ["failovers", ({ downs }) => number(downs)],
  ["MB in 30 days", ({ megabytesPerMonth }) => number(megabytesPerMonth)],
  ["days", ({ days }) => number(days)],
];

const used = (results: readonly Result[]): Table => ({
  title:
    "With users on the line: blackhole to divert (median / 99th percentile) and to failover (median); healthy days",
  columns: ["", "line", ...USED_COLUMNS.map(([title]) => title)],
  rows: of(results, "used").map(({ contender, where, figures }) => [
    contender,
    where,
    ...USED_COLUMNS.map(([, format]) => format(figures)),
  ]),
});

const scenarios = (results: readonly Result[]): Table => {
  const played = of(results, "scenarios");
  const contenders = contendersOf(played);
  const answer = (contender: string, id: string): string => {
    const found = played.find((result) => result.contender === contender && result.where === id);
    return found === undefined ? "–" : answerText(found.figures);
  };
  return {
    title: "Scenarios (delays in s: median / largest)",
    columns: ["", "line", "what happens", ...contenders],
    rows: SCENARIOS.filter(({ id }) => played.some(({ where }) => where === id)).map(({ id, link, stimulus }) => [
      id,
      link,
      stimulus,
      ...contenders.map((contender) => answer(contender, id)),
    ]),
  };
};

const answerText = (figures: Figures): string => {
  const early = (figures.early ?? 0) > 0 ? `, ${figures.early} early` : "";
  if (figures.failoverP50 !== undefined) {
    const divert = `divert ${seconds(figures.divertP50)} / ${seconds(figures.divertMax)}`;
    return `${seconds(figures.failoverP50)} / ${seconds(figures.failoverMax)}, ${divert}${early}`;
  }
  if (figures.degradedP50 !== undefined)
    return `${seconds(figures.degradedP50)} / ${seconds(figures.degradedMax)}${early}`;
  if (figures.switched !== undefined) return figures.switched === 0 ? "never" : `${number(100 * figures.switched)} %`;
  if (figures.switchesPerHour !== undefined) return `${number(figures.switchesPerHour)} switches/h`;
  if (figures.recoveryMin !== undefined)
    return `UP after ${seconds(figures.recoveryMin)} – ${seconds(figures.recoveryMax)}`;
  return `${number(figures.downs)} DOWN, ${number(figures.divertsPerDay)} diverts/day, ${number(figures.megabytesPerMonth)} MB`;
};

/** "0.63", "4.9", "125"; "never" for what didn't happen. */
const seconds = (value: number | undefined): string => {
  if (value === undefined || Number.isNaN(value)) return "–";
  if (value === Number.POSITIVE_INFINITY) return "never";
  return value.toFixed(value < 1 ? 2 : value < 100 ? 1 : 0);
};

const number = (value: number | undefined): string => {
  if (value === undefined || Number.isNaN(value)) return "–";
  if (Number.isInteger(value) || value >= 100) return Math.round(value).toLocaleString("en");
  return value.toFixed(value < 10 ? 1 : 0);
};
