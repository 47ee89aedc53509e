import type { DaemonClient } from "../api/contract.ts";
import { moment, spanText } from "../api/text/moment.ts";
import { reportCsv } from "../api/text/report-csv.ts";
import { reportHtml } from "../api/text/report-html.ts";
import { outageLength, UNWATCHED } from "../api/text/report-words.ts";
import { age, percent, roundTrip } from "../api/text/words.ts";
import { familyName } from "../core/family.ts";
import type { PastOutage } from "../core/history/answer.ts";
import type { HistoryReport, UplinkReport } from "../core/history/report.ts";
import { size } from "../core/size.ts";
import { span } from "./line.ts";
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
  text: (report) =>
    [
      spanText(report),
      ...(report.uplinks.length === 0 ? ["", UNWATCHED] : []),
      ...report.uplinks.flatMap((uplink) => uplinkLines(uplink, report.until)),
      ...usageLines(report),
    ]
      .map((line) => span(line).text)
      .join("\n"),
};

const uplinkLines = (report: UplinkReport, until: number): readonly string[] => [
  "",
  `${report.uplink} ${familyName(report.family)}: ${percent(report.availability)} available, down for ${age(report.downMs)} of ${age(report.observedMs)}, ${roundTrip(report.rttMsMean)} on average`,
  ...report.outages.map((outage) => `  ${moment(outage.begin)}  ${outageText(outage, until)}`),
];

const outageText = (outage: PastOutage, until: number): string => {
  const length = outageLength(outage, until);
  return `${outage.end === null ? `lasts, ${length} so far` : `until ${moment(outage.end)}, ${length}`}: ${outage.cause}`;
};

const usageLines = ({ usage }: HistoryReport): readonly string[] =>
  usage.length === 0
    ? []
    : [
        "",
        ...usage.map(
          (one) => `${one.uplink} from ${one.period} on: ${size(one.received)} received, ${size(one.sent)} sent`,
        ),
      ];
