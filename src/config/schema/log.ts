import * as z from "zod";
import { group } from "../value.ts";

/** `log:` */
export const log = group(
  {
    level: z.enum(["error", "info", "debug"]).meta({ description: "How much is logged." }).default("info"),
  },
  { description: "The log, on standard error: the journal under systemd." },
);
