import type { DaemonClient } from "../api/contract.ts";
import { moment, zone } from "../api/text/moment.ts";
import { reportCsv } from "../api/text/report-csv.ts";
import { reportHtml } from "../api/text/report-html.ts";
import { age, familyName, percent, roundTrip } from "../api/text/words.ts";
import type { HistoryReport, UplinkReport } from "../core/history/report.ts";
import { size } from "../core/size.ts";
import type { Output } from "./output.ts";

/** What `wan-failover report` was asked. */
export interface ReportRequest {
  readonly client: DaemonClient;
  /** `2026-10`; undefined: the present month. */
  readonly month: string | undefined;
  readonly form: "text" | "json" | "csv" | "html";
  readonly output: Output;
}

/** Reports on a month. Returns the exit code. Throws AppError. */
export const runReport = async ({ client, month, form, output }: ReportRequest): Promise<number> => {
  const report = await client.report(month === undefined ? {} : { month });
  output.write(RENDER[form](report));
  return 0;
};

const RENDER: Readonly<Record<ReportRequest["form"], (report: HistoryReport) => string>> = {
  json: (report) => JSON.stringify(report),
  html: reportHtml,
  csv: reportCsv,
  text: (report) => [title(report), ...report.uplinks.flatMap(uplinkLines), ...usageLines(report)].join("\n"),
};

const title = ({ from, until }: HistoryReport): string => `${moment(from)} to ${moment(until)}, ${zone(from)}`;

const uplinkLines = (report: UplinkReport): readonly string[] => [
  "",
  `${report.uplink} ${familyName(report.family)}: ${percent(report.availability)} available, down for ${age(report.downMs)} of ${age(report.observedMs)}, ${roundTrip(report.rttMsMean)} on average`,
  ...report.outages.map(
    ({ begin, end, cause }) =>
      `  ${moment(begin)}  ${end === null ? "lasts" : `until ${moment(end)}, ${age(end - begin)}`}: ${cause}`,
  ),
];

const usageLines = ({ usage }: HistoryReport): readonly string[] =>
  usage.length === 0
    ? []
    : [
        "",
        ...usage.map(
          (one) => `${one.uplink} from ${one.period} on: ${size(one.received)} received, ${size(one.sent)} sent`,
        ),
      ];
