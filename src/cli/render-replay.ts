import { formatDuration } from "../config/value/duration.ts";
import { type Line, paint, span } from "./line.ts";

/** Something that was, or would have been, decided. */
export interface Decision {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly text: string;
}

/** What was replayed. */
export interface Extent {
  readonly journal: string;
  /** Milliseconds since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly events: number;
  readonly runs: number;
  readonly foreignRuns: number;
  readonly foreignVersion: string | null;
  readonly damagedOctets: number;
}

/** Whether the decisions were the daemon's. */
export interface Sameness {
  readonly decisions: number;
  readonly checks: number;
  /** Milliseconds since 1970; null: they were. */
  readonly differentAtMs: number | null;
}

/** How a config would have done. */
export interface Row {
  readonly name: string;
  readonly outageMs: number;
  readonly unavoidableMs: number;
  readonly diverts: number;
  readonly failovers: number;
  readonly falseFailovers: number;
  readonly monthlyOctets: number;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** A moment by this machine's clock and time zone: "2026-01-02 03:04:05.678". */
export const momentText = (ms: number): string => {
  const at = new Date(ms);
  if (Number.isNaN(at.getTime())) return "at no known time";
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return `${day} ${time}.${String(at.getMilliseconds()).padStart(3, "0")}`;
};

/** A decision in a row of its own. */
export const decisionText = ({ atMs, text }: Decision): string => plain([span(`${momentText(atMs)}  ${text}`)]);

const plain = (line: Line): string => paint(line, false);

/** What the journal holds, and what of it was left out, in sentences. */
export const extentText = (extent: Extent): string => {
  const { journal, fromMs, toMs, events, runs, foreignRuns, foreignVersion, damagedOctets } = extent;
  return plain([
    span(
      [
        `${journal}: ${momentText(fromMs)} to ${momentText(toMs)} (${formatDuration(Math.max(0, toMs - fromMs))}), ${counted(events, "event")} in ${counted(runs, "run")}.`,
        ...(foreignRuns === 0 ? [] : [`${counted(foreignRuns, "run")} of version ${foreignVersion} left out.`]),
        ...(damagedOctets === 0 ? [] : [`${counted(damagedOctets, "octet")} of it damaged and left out.`]),
      ].join(" "),
    ),
  ]);
};

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

/** Whether a replay was exact, in a sentence. */
export const samenessText = ({ decisions, checks, differentAtMs }: Sameness): string =>
  differentAtMs === null
    ? `Exact: ${counted(decisions, "decision")}, the same as the daemon's (all commands compared, ${counted(checks, "time")}).`
    : `Not the same as the daemon's: what was commanded differs from ${momentText(differentAtMs)} on. Please report it with the journal.`;

const COLUMNS: readonly (readonly [title: string, figure: (row: Row) => string])[] = [
  ["without new flows", (row) => secondsText(row.outageMs)],
  ["diverts", (row) => String(row.diverts)],
  ["failovers", (row) => String(row.failovers)],
  ["of them needless", (row) => String(row.falseFailovers)],
  ["MB a month", (row) => megabytesText(row.monthlyOctets)],
];

/** "12.3 s". */
export const secondsText = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** "53", "1.9". */
export const megabytesText = (octets: number): string => {
  const megabytes = octets / 1e6;
  return megabytes.toFixed(megabytes < 9.95 ? 1 : 0);
};

/** How several configs would have done, a row each. */
export const tableText = (rows: readonly Row[]): string => {
  const table = [["", ...COLUMNS.map(([title]) => title)], ...rows.map(cellsOf)];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((cells) => cells[column]?.length ?? 0))) ?? [];
  return table
    .map((cells) =>
      cells
        .map((cell, column) => aligned(cell, { column, widths }))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
};

const cellsOf = (row: Row): string[] => [row.name, ...COLUMNS.map(([, figure]) => figure(row))];

/** Names to the left, figures to the right. */
const aligned = (cell: string, { column, widths }: { column: number; widths: readonly number[] }): string => {
  const width = widths[column] ?? 0;
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
};

/** Which would have served best and why, in sentences. `others` without the best; they may be none. */
export const verdictText = (best: Row, others: readonly Row[]): string => {
  if ([best, ...others].every(({ outageMs, failovers }) => outageMs === 0 && failovers === 0)) {
    return `Nothing failed in this time, so that this journal can't tell them apart; ${best.name} would have cost the fewest bytes.`;
  }
  const quicker = others
    .filter(({ outageMs }) => outageMs < best.outageMs - 1000)
    .sort((a, b) => a.outageMs - b.outageMs)[0];
  const saving =
    quicker === undefined
      ? ""
      : ` ${quicker.name} would have saved ${secondsText(best.outageMs - quicker.outageMs)} more, for ${gist(quicker)}.`;
  return `${best.name} would have served this line best: ${secondsText(best.outageMs)} without new flows, ${gist(best)}.${saving}`;
};

const gist = ({ falseFailovers, monthlyOctets }: Row): string =>
  `${falseFailovers === 0 ? "no" : falseFailovers} needless failover${falseFailovers === 1 ? "" : "s"} and ${megabytesText(monthlyOctets)} MB a month`;

/** "0.1 s" is the least that is shown. */
const SHOWN_MS = 50;

/** What the line itself was like, in a sentence. */
export const lineText = (rows: readonly Row[]): string => {
  const unavoidable = Math.max(0, ...rows.map(({ unavoidableMs }) => unavoidableMs));
  return unavoidable < SHOWN_MS
    ? "At every moment an uplink worked."
    : `For ${secondsText(unavoidable)} no uplink worked, which no config could help.`;
};

/** What an estimate is, in sentences. */
export const ESTIMATE =
  "An estimate: the recorded probes tell when each line answered, and stand in for those that would have been sent. Of IPv4 and IPv6 the worse figure.";
