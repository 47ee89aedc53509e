import * as z from "zod";
import { judgeSource, network } from "../value/network.ts";
import { port } from "../value/port.ts";
import { group } from "../value/value.ts";

/** RFC 2474, 2597, 3246, 5865, 8622. */
const CODE_POINTS: Readonly<Record<string, number>> = {
  ...{ cs0: 0, cs1: 8, cs2: 16, cs3: 24, cs4: 32, cs5: 40, cs6: 48, cs7: 56, le: 1, va: 44, ef: 46 },
  ...{ af11: 10, af12: 12, af13: 14, af21: 18, af22: 20, af23: 22 },
  ...{ af31: 26, af32: 28, af33: 30, af41: 34, af42: 36, af43: 38 },
};

const codePoint = z
  .union([z.int().min(0).max(63), z.enum(Object.keys(CODE_POINTS))])
  .transform((value) => (typeof value === "number" ? value : (CODE_POINTS[value] ?? 0)));

/** `essential:` under an uplink. */
export const essential = group(
  {
    ports: z
      .array(port)
      .max(64)
      .meta({ description: "Where TCP and UDP packets go: `443`, `5060-5061`.", examples: [] })
      .prefault([]),
    dscp: z
      .array(codePoint)
      .max(64)
      .meta({ description: "How packets are marked: `ef`, `af41`, or a number." })
      .prefault([]),
    from: z
      .array(network(judgeSource, { description: "A network or an address.", examples: ["192.168.1.10"] }))
      .max(64)
      .meta({ description: "Networks or addresses of the LAN that may use it for everything." })
      .prefault([]),
  },
  {
    description:
      "What alone may use this uplink while it stands in for a better one ([metered.md](metered.md)): what fits any of these. Everything else is refused at once. The router's own traffic always passes.",
  },
);
