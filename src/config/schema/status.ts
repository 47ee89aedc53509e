import * as z from "zod";
import { absolutePath, group } from "../value/value.ts";

/** `status:` */
export const status = group(
  {
    astlinuxFile: z
      .union([
        z.literal("none").transform(() => null),
        absolutePath({ description: "Its place.", examples: ["/tmp/wan-failover-status"] }),
      ])
      .meta({
        description:
          "A file that holds AstLinux's status text (`wan-failover status --astlinux`), for tools that read it. Written only when something in it changes.",
      })
      .prefault("none"),
  },
  { description: "Where other programs find what is." },
);
