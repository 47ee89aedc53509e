import type * as z from "zod";
import { parseDuration } from "../../config/duration.ts";
import type { Span } from "../../core/history/answer.ts";
import { reportOf } from "../../core/history/report.ts";
import { AppError } from "../../error.ts";
import { historyAnswer, historyQuery, reportAnswer, reportQuery } from "../history-contract.ts";
import { SPAN_MAX_MS } from "../past.ts";
import { PATHS } from "../paths.ts";
import { failure, type Reply, success } from "../reply.ts";
import { type Route, route } from "../route.ts";

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

/** A history that can't be read is no mistake of ours. */
const answering = async (ask: () => Promise<object>): Promise<Reply> => {
  try {
    return success(await ask());
  } catch (error) {
    if (error instanceof AppError) return failure(503, `${error.detail}.`, { headers: { "retry-after": "30" } });
    throw error;
  }
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
      answering(() => history.ask({ span: spanOf(query, Date.now()), resolution: query.resolution })),
  }),
  route({
    method: "GET",
    path: PATHS.report,
    access: "read",
    summary: "How each uplink did in a month: its availability and its outages.",
    query: reportQuery,
    answer: reportAnswer,
    handle: ({ history }, { query }) =>
      answering(async () => reportOf(await history.report(monthSpan(query.month, Date.now())))),
  }),
];
