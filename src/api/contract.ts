import * as z from "zod";
import type { HistoryAnswer } from "../core/history/answer.ts";
import type { HistoryReport } from "../core/history/report.ts";
import type { ExplainAnswer } from "./history-contract.ts";
import { statusSchema } from "./status-schema.ts";
import { isTestDuration } from "./test-duration.ts";

/** The longest body that a request may have, in bytes. */
export const BODY_BYTES_MAX = 64 * 1024;

const uplinkName = z.string().min(1, "must be an uplink's name").max(64, "must be an uplink's name");

/** `POST /api/v1/test`: forces traffic onto an uplink, or onto the best standby, for a while. */
export const testRequest = z.strictObject({
  uplink: uplinkName.nullish(),
  for: z.string().refine(isTestDuration, "must be a duration from 1s to 7d, such as 2m").optional(),
});
export type TestRequest = z.infer<typeof testRequest>;

/** `POST /api/v1/failback`: ends a test or a hold. */
export const failbackRequest = z.strictObject({});

/** `POST /api/v1/use`: pins an uplink; null lets the policy decide again. */
export const useRequest = z.strictObject({ uplink: uplinkName.nullable() });
export type UseRequest = z.infer<typeof useRequest>;

/** The answer to an order that was taken. */
export const orderAnswer = z.object({ accepted: z.literal(true), message: z.string() });
export type OrderAnswer = z.infer<typeof orderAnswer>;

/** `POST /api/v1/notify/test`: a message to everybody who would be told of a switch. */
export const notifyTestRequest = z.strictObject({});

/** What became of it, by channel. `problem`: null if it is through, else why not yet; it is tried again then. */
export const notifyTestAnswer = z.object({
  results: z.array(z.object({ channel: z.string(), problem: z.string().nullable() })).readonly(),
});
export type NotifyTestAnswer = z.infer<typeof notifyTestAnswer>;

const messageSchema = z.object({ at: z.string(), level: z.enum(["error", "info", "debug"]), text: z.string() });
/** A line of the daemon's log. `at`: ISO 8601. */
export type MessageAnswer = z.infer<typeof messageSchema>;

/** The answer to `GET /healthz`. */
export const healthAnswer = z.object({ healthy: z.literal(true) });

/** The answer to `GET /api/v1/status`. */
export const statusAnswer = z.object({
  version: z.string(),
  /** ISO 8601, as the clock said then. */
  startedAt: z.string(),
  /** For how long it has run, whatever the clock was set to meanwhile. */
  runningMs: z.number(),
  pid: z.number(),
  /** The config file's path. */
  config: z.string(),
  status: statusSchema,
  /** The newest lines of the log, oldest first, at most 50. */
  messages: z.array(messageSchema).readonly(),
});
export type StatusAnswer = z.infer<typeof statusAnswer>;

/** A mistake in the config and its place. */
export const issueSchema = z.object({
  path: z.string(),
  line: z.number(),
  column: z.number(),
  message: z.string(),
  remedy: z.string(),
});

/** Why a request was not fulfilled (RFC 9457). */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  /** Of a config: each mistake and its place. */
  issues: z.array(issueSchema).readonly().optional(),
});
export type Problem = z.infer<typeof problem>;

/** What to ask of the history: how far back, and how closely samples are looked at. */
export interface HistoryQuery {
  readonly since: string;
  readonly resolution: "none" | "auto";
}

/** `month`: `2026-10`; the present one when not said. */
export interface ReportQuery {
  readonly month?: string;
}

/** A daemon to talk to. Everything throws AppError: no-daemon, not-permitted, order-refused, usage, malformed-message. */
export interface DaemonClient {
  status(): Promise<StatusAnswer>;
  test(request: TestRequest): Promise<OrderAnswer>;
  failback(): Promise<OrderAnswer>;
  history(query: HistoryQuery): Promise<HistoryAnswer>;
  report(query: ReportQuery): Promise<HistoryReport>;
  explain(): Promise<ExplainAnswer>;
  use(request: UseRequest): Promise<OrderAnswer>;
  notifyTest(): Promise<NotifyTestAnswer>;
}
