import * as z from "zod";
import { MOST_UPLINKS } from "../../core/kernel/mark.ts";
import { DEFAULT_TARGETS } from "../defaults.ts";
import { CAP_PATTERN, parseCap } from "../value/cap.ts";
import { detection } from "../value/detection.ts";
import { judgeDestination, network } from "../value/network.ts";
import { target } from "../value/target.ts";
import { group, interfaceName, name, server } from "../value/value.ts";
import { ipv4, ipv6 } from "./addressing.ts";
import { essential } from "./essential.ts";
import { shape } from "./shape.ts";

/** One entry of `uplinks:`. */
export const uplink = group(
  {
    name: name()
      .refine((name) => name !== "auto", {
        error: "is what `wan-failover use auto` takes for none",
        params: { remedy: "give it another name" },
      })
      .meta({
        description:
          "What people call it. A lower-case letter, then up to 14 letters, digits and hyphens; unique, and not `auto`.",
        examples: ["fiber", "lte"],
      }),
    interface: interfaceName()
      .meta({
        description:
          "The network interface, as `ip link` shows it. Unique; it may come and go. Default: the one whose network holds the `gateway` below, such as a second router on the LAN or the far end of a VPN.",
        examples: ["eth0", "wwan0"],
      })
      .optional(),
    tier: z
      .int()
      .min(1)
      .max(MOST_UPLINKS)
      .meta({
        description:
          "Preference, 1 is best. Default: its place in the list. Uplinks of one tier share traffic by weight.",
        examples: [1],
      })
      .optional(),
    weight: z.int().min(1).max(256).meta({ description: "Its share of the traffic within a tier." }).default(1),
    metered: z
      .boolean()
      .meta({ description: "Whether traffic costs money here. Then `detection: metered` is the default." })
      .default(false),
    cap: z
      .string()
      .regex(CAP_PATTERN, { error: "isn't a cap", abort: true })
      .refine((text) => (parseCap(text) ?? 0) > 0, {
        error: "lets nothing through",
        params: { remedy: "give what the contract includes, such as 10GB/month" },
      })
      .meta({
        description:
          "What may be carried in a calendar month, both directions together: `10GB/month`, also in `MB`, `TB`, `MiB`, `GiB`, `TiB`. Counted over restarts and shown; you are told at 80 and at 100 %, and traffic goes on ([metered.md](metered.md)).",
        examples: ["10GB/month"],
      })
      .transform((text) => parseCap(text) ?? 0)
      .optional(),
    essential: essential.optional(),
    ipv4: ipv4.prefault({}),
    ipv6: ipv6.prefault({}),
    nat: z
      .boolean()
      .meta({ description: "Masquerade IPv4 that leaves here. Leave it off where the firewall does it already." })
      .default(false),
    targets: z
      .array(target)
      .min(1)
      .max(16)
      .meta({
        description:
          "What is probed through this uplink. An address is pinged; [targets.md](targets.md) explains `tcp://HOST:PORT`, `dns://ADDRESS/NAME`, `http://HOST/PATH` and `https://HOST/PATH`. At least two for each family in use (`classic`: one), from several operators: the uplink counts as down only when all are silent.",
      })
      .prefault([...DEFAULT_TARGETS]),
    dns: z
      .array(server())
      .max(8)
      .meta({
        description:
          "Resolvers to use while this uplink carries traffic, for dnsmasq and systemd-resolved ([dns.md](dns.md)). Through it, they are also asked for the addresses of targets that have names; without any, the servers of its `dns://` targets are, else well-known ones.",
      })
      .prefault([]),
    routes: z
      .array(network(judgeDestination, { description: "A destination.", examples: ["192.168.5.0/24"] }))
      .max(64)
      .meta({
        description:
          "Destinations that always take this uplink, also while it is a standby ([routes.md](routes.md)): networks or single addresses.",
        examples: ["192.168.5.0/24"],
      })
      .prefault([]),
    shape: shape.optional(),
    detection: detection.optional(),
  },
  { description: "One way out to the internet." },
);
