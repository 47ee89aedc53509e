import * as z from "zod";
import { parseSyslog } from "../value/syslog.ts";
import { group } from "../value/value.ts";

/** `log:` */
export const log = group(
  {
    level: z.enum(["error", "info", "debug"]).meta({ description: "How much is logged." }).default("info"),
    syslog: z
      .string()
      .refine((text) => parseSyslog(text) !== null, {
        error: "is no place for the log",
        params: { remedy: "give none, local or udp://ADDRESS:PORT" },
      })
      .meta({
        description:
          "A syslog daemon that gets it too. `local`: the one behind /dev/log. `udp://ADDRESS:PORT`: one on the network (RFC 5424, port 514 if none is given).",
        examples: ["local"],
      })
      .transform((text) => parseSyslog(text) ?? ("none" as const))
      .prefault("none"),
  },
  {
    description: "The log, on standard error: the journal under systemd. Taken up at the next start, not at a reload.",
  },
);
