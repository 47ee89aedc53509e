import * as z from "zod";
import { absolutePath, group } from "../value/value.ts";
import { parseListen } from "../value/web.ts";

const listen = z
  .string()
  .refine((text) => parseListen(text) !== null, {
    error: ({ input }) => `${JSON.stringify(input)} is no address with a port`,
    params: { remedy: "give one such as 127.0.0.1:8380, 192.168.1.1:8380 or [::1]:8380, or none" },
  })
  .meta({ examples: ["127.0.0.1:8380"] })
  .transform(parseListen);

const host = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i, { error: "isn't a host name" })
  .meta({ examples: ["router.lan"] })
  .transform((name) => name.toLowerCase());

/** `web:` */
export const web = group(
  {
    listen: z
      .union([z.literal("none").transform(() => null), listen])
      .meta({
        description:
          "Where the page and the API listen: an address of this machine and a port. Another one than loopback needs a password first: `wan-failover password`. `none`: nowhere.",
      })
      .prefault("127.0.0.1:8380"),
    hosts: z
      .array(host)
      .max(16)
      .meta({
        description:
          "Names under which browsers reach the page. Addresses, `localhost` and the machine's own name need no mention. Others are refused, since a name may be a trap.",
      })
      .prefault([]),
    tls: group(
      {
        certificate: absolutePath({
          description: "The certificate with its chain, in PEM.",
          examples: ["/etc/ssl/router.pem"],
        }),
        key: absolutePath({ description: "Its key, in PEM.", examples: ["/etc/ssl/router.key"] }),
      },
      { description: "HTTPS instead of HTTP." },
    ).optional(),
  },
  { description: "The page, and the API on TCP: docs/api.md." },
);
