import * as z from "zod";
import { judgeForeign, network } from "../value/network.ts";
import { group } from "../value/value.ts";

/** `nat:` */
export const nat = group(
  {
    foreign: z
      .array(network(judgeForeign, { description: "A network.", examples: ["10.9.0.0/24"] }))
      .max(64)
      .meta({
        description:
          "IPv4 networks that are masqueraded on every uplink, also on those without `nat: true`: networks behind a VPN or a downstream router, which the firewall doesn't translate.",
      })
      .prefault([]),
  },
  { description: "Translation of source addresses beyond what each uplink says ([nat.md](nat.md))." },
);
