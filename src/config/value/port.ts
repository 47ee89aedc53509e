import * as z from "zod";
import type { PortRange } from "../../core/kernel/kernel.ts";

const PORT_MAX = 65_535;

/** `443`, `5060-5061`; null for anything else. Never throws. */
export const parsePorts = (text: string): PortRange | null => {
  const [, begin, end = begin] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  const [first, last] = [Number(begin), Number(end)];
  return first >= 1 && first <= last && last <= PORT_MAX ? { first, last } : null;
};

/** A port, or a range of them, as text. */
export const port = z
  .union([
    z.int().min(1).max(PORT_MAX),
    z
      .string()
      .refine((text) => parsePorts(text) !== null, {
        error: "isn't a port",
        params: { remedy: "give a port, or a range such as 5060-5061" },
      })
      .meta({ examples: ["5060-5061"] }),
  ])
  .transform(String);
