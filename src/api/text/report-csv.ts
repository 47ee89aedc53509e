import type { HistoryReport } from "../../core/history/report.ts";
import { csvOf } from "./csv.ts";
import { iso } from "./moment.ts";

/** A report's outages for a spreadsheet. Never throws. */
export const reportCsv = ({ uplinks }: HistoryReport): string =>
  csvOf([
    ["uplink", "family", "begin", "end", "seconds", "cause"],
    ...uplinks.flatMap(({ outages }) =>
      outages.map(({ uplink, family, begin, end, cause }) => [
        uplink,
        family,
        iso(begin),
        iso(end),
        end === null ? null : Math.round((end - begin) / 1000),
        cause,
      ]),
    ),
  ]);
