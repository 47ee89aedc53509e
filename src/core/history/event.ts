import type { Report } from "../report.ts";
import { reportText } from "../report-text.ts";
import type { Evidence, HistoryEvent } from "./entry.ts";

/** A report as the history keeps it. `at`: ms since boot. Never throws. */
export const eventOf = (report: Report, at: number, evidence: Evidence | null): HistoryEvent => ({
  at,
  kind: report.kind,
  ...reportText(report),
  uplink: "uplink" in report ? report.uplink : null,
  family: "family" in report ? report.family : null,
  evidence,
});
