import * as z from "zod";
import { LINK_LAYERS } from "../../core/kernel/shaping.ts";
import { group } from "../value/value.ts";

const RATE = /^([1-9]\d{0,8})(kbit|mbit|gbit)$/;

const FACTORS: Readonly<Record<string, number>> = { kbit: 1, mbit: 1000, gbit: 1_000_000 };

/** kbit/s; 0 where the text isn't a rate. */
const parseRate = (text: string): number => {
  const [, number, unit] = RATE.exec(text) ?? [];
  return number === undefined || unit === undefined ? 0 : Number(number) * (FACTORS[unit] ?? 0);
};

const RATE_MIN_KBIT = 64;
const RATE_MAX_KBIT = 100_000_000;

/** `shape:` of an uplink. */
export const shape = group(
  {
    upload: z
      .string()
      .refine((text) => parseRate(text) >= RATE_MIN_KBIT && parseRate(text) <= RATE_MAX_KBIT, {
        error: ({ input }) => `${JSON.stringify(input)} isn't a rate`,
        params: { remedy: "give one from 64kbit to 100gbit, such as 10mbit" },
      })
      .meta({
        description: "What may leave here, a little less than the line carries: `10mbit`, `900kbit`.",
        examples: ["10mbit"],
      })
      .transform(parseRate),
    linkLayer: z
      .enum(LINK_LAYERS)
      .meta({ description: "How the line wraps packets, in CAKE's words." })
      .default("ethernet"),
    ackFilter: z
      .boolean()
      .meta({
        description: "Drop TCP acknowledgements that newer ones have made needless; for lines with little upload.",
      })
      .default(false),
  },
  {
    description:
      "Shape what leaves here, so that its queue is ours and short: CAKE, or HTB where the kernel lacks it ([shaping.md](shaping.md)).",
  },
);
