import * as z from "zod";
import { statusSchema } from "./status-schema.ts";

/** The data of each event of `GET /api/v1/events`, by the event's name. `at`: wall clock, ISO 8601. */
export const EVENTS = {
  /** The first of each connection. */
  hello: z.object({ version: z.string(), startedAt: z.string(), at: z.string() }),
  /** What is: at the beginning, then at each change of more than ages, once a second at the most. */
  status: z.object({ at: z.string(), status: statusSchema }),
  /** Something happened. `report.kind` says what; its other keys depend on that. */
  report: z.object({
    at: z.string(),
    importance: z.enum(["error", "info", "debug"]),
    text: z.string(),
    report: z.looseObject({ kind: z.string() }),
  }),
  /** Reports since the given `Last-Event-ID` are lost: read what is shown of the past anew. */
  gap: z.object({ at: z.string() }),
} as const;

export type HelloEvent = z.infer<typeof EVENTS.hello>;
export type StatusEvent = z.infer<typeof EVENTS.status>;
export type ReportEvent = z.infer<typeof EVENTS.report>;
export type GapEvent = z.infer<typeof EVENTS.gap>;
