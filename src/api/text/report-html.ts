import { familyName } from "../../core/family.ts";
import type { PastOutage } from "../../core/history/answer.ts";
import type { HistoryReport, UplinkReport } from "../../core/history/report.ts";
import { size } from "../../core/size.ts";
import { evidenceText } from "./evidence.ts";
import { moment, spanText } from "./moment.ts";
import { outageLength, UNWATCHED } from "./report-words.ts";
import { age, lossShare, percent, roundTrip } from "./words.ts";

/** A report as one page that needs nothing else, to be printed or sent. Never throws. */
export const reportHtml = (report: HistoryReport): string => {
  const name = `${moment(report.from).slice(0, 7)}: internet access`;
  return [
    "<!doctype html>",
    `<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">`,
    `<title>${escaped(name)}</title><style>${REPORT_STYLE}</style></head><body>`,
    `<header><h1>${escaped(name)}</h1>`,
    `<p>${spanText(report)}. Measured by wan-failover at the customer's router.</p></header>`,
    ...(report.uplinks.length === 0 ? [`<p>${UNWATCHED}</p>`] : []),
    ...report.uplinks.map((uplink) => section(report, uplink)),
    usageTable(report),
    `<footer>An uplink counts as down when all of its targets, at several operators, stayed silent, or its carrier, gateway or
address was gone. An outage begins with the first probe that stayed unanswered and ends with the first answer after it.</footer>`,
    "</body></html>",
  ].join("\n");
};

/** Names and causes may hold what others sent. */
const escaped = (text: string): string => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

const section = (report: HistoryReport, uplink: UplinkReport): string => {
  const facts: readonly (readonly [string, string])[] = [
    [percent(uplink.availability), "available"],
    [String(uplink.outages.length), uplink.outages.length === 1 ? "outage" : "outages"],
    [age(uplink.downMs), `down, of ${age(uplink.observedMs)} watched`],
    [roundTrip(uplink.rttMsMean), "round trip on average"],
    [lossShare(uplink.loss, false), "of the probes lost"],
  ];
  return `<section><h2>${escaped(uplink.uplink)} <small>${familyName(uplink.family)}</small></h2>
${strip(report, uplink)}
<dl>${facts.map(([value, what]) => `<div><dt>${what}</dt><dd>${value}</dd></div>`).join("")}</dl>
${outageTable(uplink.outages, report.until)}</section>`;
};

/** The span as a bar, its outages in red; none is too short to be seen. */
const strip = ({ from, until }: HistoryReport, { outages }: UplinkReport): string => {
  const scale = 1000 / Math.max(1, until - from);
  const bars = outages.map(({ begin, end }) => {
    const x = Math.max(0, (begin - from) * scale);
    const width = Math.max(1.5, ((end ?? until) - Math.max(begin, from)) * scale);
    return `<rect x="${x.toFixed(1)}" width="${width.toFixed(1)}" height="16"/>`;
  });
  return `<svg viewBox="0 0 1000 16" preserveAspectRatio="none" role="img" aria-label="outages over time">${bars.join("")}</svg>`;
};

const outageTable = (outages: readonly PastOutage[], until: number): string =>
  outages.length === 0
    ? "<p>No outage.</p>"
    : `<table><thead><tr><th>Begin</th><th>End</th><th>Length</th><th>Cause and evidence</th></tr></thead><tbody>
${outages.map((outage) => outageRow(outage, until)).join("\n")}</tbody></table>`;

const outageRow = (outage: PastOutage, until: number): string => {
  const { begin, end, cause, evidence } = outage;
  const length = outageLength(outage, until);
  const proof = evidence === null ? "" : `<br><small>${escaped(evidenceText(evidence))}</small>`;
  return `<tr><td>${moment(begin)}</td><td>${end === null ? "lasts" : moment(end)}</td><td>${length}</td><td>${escaped(cause)}${proof}</td></tr>`;
};

const usageTable = ({ usage }: HistoryReport): string =>
  usage.length === 0
    ? ""
    : `<section><h2>Bytes</h2><table><thead><tr><th>Uplink</th><th>Since</th><th>Received</th><th>Sent</th></tr></thead><tbody>${usage
        .map(
          (one) =>
            `<tr><td>${escaped(one.uplink)}</td><td>${escaped(one.period)}</td><td>${size(one.received)}</td><td>${size(one.sent)}</td></tr>`,
        )
        .join("")}</tbody></table></section>`;

/** Inside the page, so that it needs nothing else. */
export const REPORT_STYLE = `
:root { color-scheme: light; font: 15px/1.5 system-ui, sans-serif; color: #1b2430; background: #fff }
body { max-width: 60rem; margin: 2.5rem auto; padding: 0 1.25rem }
h1 { font-size: 1.6rem; margin: 0 } h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem }
header p, small, footer, dt { color: #5a6675 } footer { margin-top: 2.5rem; font-size: .85rem }
svg { width: 100%; height: 16px; background: #2f9e66; border-radius: 4px } rect { fill: #c92a2a }
dl { display: flex; flex-wrap: wrap; gap: .4rem 2.2rem; margin: .8rem 0 } dl div { display: flex; flex-direction: column-reverse }
dd { margin: 0; font-size: 1.25rem; font-variant-numeric: tabular-nums }
table { border-collapse: collapse; width: 100% } th { text-align: left; font-weight: 600 }
th, td { padding: .35rem .8rem .35rem 0; border-bottom: 1px solid #dde3ea; vertical-align: top; font-variant-numeric: tabular-nums }
@media print { body { margin: 0; max-width: none } section { break-inside: avoid } svg, rect { print-color-adjust: exact } }
`;
