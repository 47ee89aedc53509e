import * as z from "zod";
import { parseDuration } from "../../config/value/duration.ts";
import { issueSchema } from "../contract.ts";

const CONFIRM_MS = { min: 5000, max: 3_600_000 } as const;

const isConfirmTime = (text: string): boolean => {
  const ms = parseDuration(text);
  return ms !== null && ms >= CONFIRM_MS.min && ms <= CONFIRM_MS.max;
};

/** A config nests a handful of levels; thousands are an attack on whoever walks down. */
const DEPTH_MAX = 16;

const isShallow = (value: unknown, depth = 0): boolean =>
  typeof value !== "object" ||
  value === null ||
  (depth < DEPTH_MAX && Object.values(value).every((inner) => isShallow(inner, depth + 1)));

/** `PUT /api/v1/config`: the whole config, as its text or as its value. `********` stands for a secret that stays. */
export const configRequest = z
  .strictObject({
    yaml: z.string().optional(),
    value: z
      .record(z.string(), z.unknown())
      .refine((value) => isShallow(value), "is nested too deeply")
      .optional(),
    /** Say what would change, and change nothing. */
    dryRun: z.boolean().optional(),
    /** Go back by itself unless the change is confirmed within this time. */
    confirm: z.string().refine(isConfirmTime, "must be a duration from 5s to 1h, such as 60s").optional(),
  })
  .refine((request) => (request.yaml === undefined) !== (request.value === undefined), "give either yaml or value");
export type ConfigRequest = z.infer<typeof configRequest>;

/** How long (ms) until an unconfirmed change is taken back; null: none waits. */
const confirmLeftMs = z.number().nullable();

/** The answer to `GET /api/v1/config`. Its ETag is what `If-Match` has to name in a PUT. */
export const configAnswer = z.object({
  file: z.string(),
  /** With secrets hidden; null where the file isn't YAML, so that nobody knows what is secret in it. */
  yaml: z.string().nullable(),
  value: z.unknown(),
  issues: z.array(issueSchema),
  confirmLeftMs,
});
export type ConfigAnswer = z.infer<typeof configAnswer>;

/** The answer to `PUT /api/v1/config`. */
export const configChange = z.object({
  /** Whether it is in force now. */
  applied: z.boolean(),
  difference: z.array(z.object({ kind: z.enum(["same", "removed", "added"]), line: z.number(), text: z.string() })),
  confirmLeftMs,
});
export type ConfigChange = z.infer<typeof configChange>;
