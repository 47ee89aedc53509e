import * as z from "zod";
import { absolutePath, duration, group } from "../value/value.ts";

const manager = group(
  {
    host: z.string().min(1).max(255).meta({ description: "Where Asterisk runs." }).default("127.0.0.1"),
    port: z.int().min(1).max(65_535).meta({ description: "The manager interface's port." }).default(5038),
    user: z
      .string()
      .min(1)
      .max(80)
      .meta({ description: "A user of manager.conf.", examples: ["wan-failover"] }),
    secretFile: absolutePath({
      description: "The file whose first line is the user's secret.",
      examples: ["/etc/wan-failover/asterisk.secret"],
    }),
  },
  { description: "The manager interface (AMI). Without it the program is asked." },
);

/** `asterisk:` */
export const asterisk = group(
  {
    activeCalls: z
      .enum(["wait", "ignore"])
      .meta({ description: "`wait`: traffic doesn't go back by itself while there are calls. `ignore`: it does." })
      .default("wait"),
    maxWait: duration({ from: "0s", to: "7d" }, { description: "After so long it goes back nevertheless." }).prefault(
      "2h",
    ),
    manager: manager.optional(),
    command: absolutePath({ description: "Asterisk's program, asked by `-rx`." }).prefault("/usr/sbin/asterisk"),
  },
  {
    description:
      "An Asterisk on this machine or the LAN: its calls, and its registrations after a switch (docs/asterisk.md).",
  },
);
