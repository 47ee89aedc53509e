import * as z from "zod";
import type { HistoryAnswer } from "../core/history/answer.ts";
import type { Cause } from "../core/history/cause.ts";
import type { HistoryReport } from "../core/history/report.ts";
import { isLookBack, isMonth } from "./past.ts";

/** Milliseconds since 1970. */
const time = z.number();

const family = z.enum(["ipv4", "ipv6"]);

const evidence = z
  .object({
    gateway: z.string().nullable(),
    complaints: z.array(z.string()),
    probes: z.array(z.object({ target: z.string(), beforeMs: z.number(), rttMs: z.number().nullable() })),
  })
  .nullable();

const event = z.object({
  at: time,
  kind: z.string(),
  importance: z.enum(["error", "info", "debug"]),
  uplink: z.string().nullable(),
  family: family.nullable(),
  text: z.string(),
  evidence,
});

const outage = z.object({
  uplink: z.string(),
  family,
  begin: time,
  end: time.nullable(),
  cutShort: z.boolean(),
  cause: z.string(),
  evidence,
});

const usage = z.object({ uplink: z.string(), period: z.string(), received: z.number(), sent: z.number() });

const rtt = z.number().nullable();

/** The answer to `GET /api/v1/history`. Times are milliseconds since 1970. */
export const historyAnswer: z.ZodType<HistoryAnswer> = z.object({
  from: time,
  until: time,
  runs: z.array(z.object({ from: time, until: time })),
  events: z.array(event),
  truncated: z.boolean(),
  outages: z.array(outage),
  spanMs: z.number().nullable(),
  series: z.array(
    z.object({
      uplink: z.string(),
      family,
      target: z.string(),
      points: z.array(z.tuple([time, z.number(), z.number(), rtt, rtt, rtt])),
    }),
  ),
  rates: z.array(z.object({ uplink: z.string(), points: z.array(z.tuple([time, z.number(), z.number()])) })),
  usage: z.array(usage),
});

/** The answer to `GET /api/v1/report`. */
export const reportAnswer: z.ZodType<HistoryReport> = z.object({
  from: time,
  until: time,
  uplinks: z.array(
    z.object({
      uplink: z.string(),
      family,
      observedMs: z.number(),
      downMs: z.number(),
      availability: z.number().nullable(),
      loss: z.number().nullable(),
      rttMsMean: rtt,
      outages: z.array(outage),
    }),
  ),
  usage: z.array(usage),
});

/** The answer to `GET /api/v1/explain`. */
export interface ExplainAnswer {
  /** Why traffic goes where it goes, a paragraph each. */
  readonly explanation: readonly string[];
  /** What led to it, by family. */
  readonly causes: readonly Cause[];
  /** Why the history can't tell, in a clause; null if it can. */
  readonly problem: string | null;
}

export const explainAnswer: z.ZodType<ExplainAnswer> = z.object({
  explanation: z.array(z.string()),
  causes: z.array(z.object({ family, at: time, events: z.array(event) })),
  problem: z.string().nullable(),
});

const instant = z.iso.datetime({ offset: true });

/** What may be asked of the history: `since` how far back, or `from` and `until`, ISO 8601. */
export const historyQuery = z
  .strictObject({
    since: z.string().refine(isLookBack, "must be a duration from 1s to 731d, such as 7d").optional(),
    from: instant.optional(),
    until: instant.optional(),
    resolution: z.enum(["none", "auto", "second", "minute", "hour", "day"]).default("auto"),
  })
  .refine(({ since, from }) => since === undefined || from === undefined, "takes `since` or `from`, not both")
  .refine(({ from, until }) => from === undefined || until === undefined || Date.parse(from) < Date.parse(until), {
    message: "must be after `from`",
    path: ["until"],
  });

/** Which month a report is about, the present one when not said, and in which form it is wanted. */
export const reportQuery = z.strictObject({
  month: z.string().refine(isMonth, "must be a month, such as 2026-10").optional(),
  as: z.enum(["json", "html", "csv"]).default("json"),
});
