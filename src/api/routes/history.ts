import { createHash } from "node:crypto";
import type * as z from "zod";
import { parseDuration } from "../../config/value/duration.ts";
import type { Span } from "../../core/history/answer.ts";
import { type Cause, causesIn } from "../../core/history/cause.ts";
import { type HistoryReport, reportOf } from "../../core/history/report.ts";
import { AppError, CATALOGUE } from "../../error.ts";
import {
  type ExplainAnswer,
  explainAnswer,
  historyAnswer,
  historyQuery,
  reportAnswer,
  reportQuery,
} from "../history-contract.ts";
import { SPAN_MAX_MS } from "../past.ts";
import { PATHS } from "../paths.ts";
import { failure, type Reply, success } from "../reply.ts";
import { type HistoryPort, type Ports, type Route, route } from "../route.ts";
import { moment } from "../text/moment.ts";

const DAY_MS = 86_400_000;

const spanOf = ({ since, from, until }: z.output<typeof historyQuery>, now: number): Span => {
  const end = until === undefined ? now : Date.parse(until);
  const begin = from === undefined ? end - (parseDuration(since ?? "1d") ?? DAY_MS) : Date.parse(from);
  return { from: Math.max(0, begin, end - SPAN_MAX_MS), until: end };
};

/** A calendar month of the router's time zone, as far as it has come. */
const monthSpan = (month: string | undefined, now: number): Span => {
  const today = new Date(now);
  const [year = today.getFullYear(), number = today.getMonth() + 1] = month?.split("-").map(Number) ?? [];
  const from = new Date(year, number - 1, 1).getTime();
  return { from, until: Math.max(from, Math.min(now, new Date(year, number, 1).getTime())) };
};

/** A history that can't be read is no mistake of ours, and whoever asks is told what helps. */
const answering = async (answer: () => Promise<Reply>): Promise<Reply> => {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const detail = `${error.detail}. ${CATALOGUE[error.code].remedy}`;
    return failure(503, detail, { headers: { "retry-after": "30" } });
  }
};

/** The forms of a report. Few ask for one: what draws them is loaded then. */
const REPORTS = {
  json: async (report) => success(report),
  html: async (report) => {
    const { REPORT_STYLE, reportHtml } = await import("../text/report-html.ts");
    const style = createHash("sha256").update(REPORT_STYLE).digest("base64");
    return text("text/html; charset=utf-8", reportHtml(report), {
      "content-security-policy": `default-src 'none'; style-src 'sha256-${style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    });
  },
  csv: async (report) => {
    const { reportCsv } = await import("../text/report-csv.ts");
    return text("text/csv; charset=utf-8", reportCsv(report), {
      "content-disposition": `attachment; filename="outages-${moment(report.from).slice(0, 7)}.csv"`,
    });
  },
} satisfies Record<z.output<typeof reportQuery>["as"], (report: HistoryReport) => Promise<Reply>>;

const text = (contentType: string, body: string, headers: Record<string, string>): Reply => ({
  code: 200,
  contentType,
  body,
  headers,
});

/** A history that can't be read takes no more than the past away. */
const explained = async ({ status, history }: Ports): Promise<ExplainAnswer> => {
  const { explain } = await import("../text/explain.ts");
  const explanation = explain(status());
  try {
    return { explanation, causes: await causes(history), problem: null };
  } catch (error) {
    if (error instanceof AppError) return { explanation, causes: [], problem: error.detail };
    throw error;
  }
};

const causes = async (history: HistoryPort): Promise<readonly Cause[]> => {
  const until = Date.now();
  const { events } = await history.ask({ span: { from: until - SPAN_MAX_MS, until }, resolution: "none" });
  return causesIn(events);
};

/** What was. */
export const HISTORY_ROUTES: readonly Route[] = [
  route({
    method: "GET",
    path: PATHS.history,
    access: "read",
    summary: "What was: events, outages, and what probes measured, of the last day when not said otherwise.",
    query: historyQuery,
    answer: historyAnswer,
    handle: ({ history }, { query }) =>
      answering(async () =>
        success(await history.ask({ span: spanOf(query, Date.now()), resolution: query.resolution })),
      ),
  }),
  route({
    method: "GET",
    path: PATHS.report,
    access: "read",
    summary:
      "How each uplink did in a month: its availability and its outages; as JSON, as a page to print, or as CSV.",
    query: reportQuery,
    answer: reportAnswer,
    otherAnswers: ["text/html", "text/csv"],
    handle: ({ history }, { query }) =>
      answering(async () => REPORTS[query.as](reportOf(await history.report(monthSpan(query.month, Date.now()))))),
  }),
  route({
    method: "GET",
    path: PATHS.explain,
    access: "read",
    summary: "Why traffic goes where it goes, since when, and what led to it.",
    answer: explainAnswer,
    handle: async (ports) => success(await explained(ports)),
  }),
];
