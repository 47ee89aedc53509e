import * as z from "zod";
import { duration, group } from "../value/value.ts";

/** For documentation and tests (RFC 2606), and there since 1995. */
const PAGE = "http://example.com/";

const rehearsal = group(
  {
    when: z.enum(["daily", "weekly", "monthly"]).meta({ description: "How often." }),
    for: duration({ from: "10s", to: "1h" }, { description: "For so long." }).prefault("1m"),
    page: z
      .string()
      .regex(/^http:\/\/[^\s/?#@]+(\/[^\s#]*)?$/, { error: "isn't a page: http://HOST/PATH" })
      .meta({ description: "The page that is fetched.", examples: [PAGE] })
      .default(PAGE),
  },
  { description: "A rehearsal in detail." },
);

/** `failover:` */
export const failover = group(
  {
    holdAfterFailover: duration(
      { from: "0s", to: "7d" },
      { description: "No failback sooner than this after a failover." },
    ).prefault("10m"),
    holdAfterFailback: duration(
      { from: "0s", to: "7d" },
      {
        description:
          "No switch of convenience sooner than this after a failback. An uplink that fails is left at once.",
      },
    ).prefault("1m"),
    failback: z
      .enum(["auto", "manual"])
      .meta({
        description:
          "How traffic comes back. `auto`: by itself, once a better uplink is well. `manual`: on `wan-failover failback`.",
      })
      .default("auto"),
    divert: z
      .boolean()
      .meta({
        description:
          "Move new connections on the first well-founded suspicion. Running ones stay until the failure is certain.",
      })
      .default(true),
    drain: z
      .union([
        z.literal("never").transform(() => null),
        duration({ from: "0s", to: "7d" }, { description: "For so long." }),
      ])
      .meta({
        description:
          "How long running connections may stay where they are after a failback, and after a divert that is over. Then they follow. `0s`: at once. `never`: they end where they began.",
      })
      .prefault("30m"),
    share: z
      .enum(["connection", "host"])
      .meta({
        description:
          "How uplinks of one tier share traffic. `connection`: each by itself. `host`: all connections of a host in the LAN take the same, for sites that tie a login to one address.",
      })
      .default("connection"),
    rehearse: z
      .union([
        z.enum(["never", "daily", "weekly", "monthly"]).transform((when) => ({ when, for: 60_000, page: PAGE })),
        rehearsal,
      ])
      .meta({
        description:
          "Rehearses a failover at night when all is well and nobody calls: traffic takes the standby for a minute, names, pages and NAT are checked, and the outcome is told ([rehearsal.md](rehearsal.md)). `daily`, `weekly`, `monthly` (each fourth week) or `never`.",
      })
      .prefault("never"),
    onStop: z
      .enum(["keep", "restore"])
      .meta({
        description:
          "What a stop of the service leaves behind. `keep`: routes and flows as they are, so that an upgrade costs no packet. `restore`: the machine as it was before.",
      })
      .default("keep"),
  },
  { description: "When traffic moves, and when it comes back." },
);
