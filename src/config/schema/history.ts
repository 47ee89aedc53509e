import * as z from "zod";
import { absolutePath, duration, group } from "../value/value.ts";

/** `history:` */
export const history = group(
  {
    file: z
      .union([
        z.literal("none").transform(() => null),
        absolutePath({ description: "Its place.", examples: ["/var/lib/wan-failover/history.db"] }),
      ])
      .meta({
        description:
          "The database (SQLite). `none`: nothing is kept. Default: `history.db` in the state directory, which is `/var/lib/wan-failover`.",
      })
      .optional(),
    keep: duration(
      { from: "1d", to: "730d" },
      {
        description:
          "Everything older is deleted. Probes are kept by the minute for a week, and by the hour for so long.",
      },
    ).prefault("90d"),
  },
  {
    description:
      "What was: events, outages, probes and bytes, for `history` and `report` (docs/history.md). Taken up at the next start, not at a reload.",
  },
);
