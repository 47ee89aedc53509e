import * as z from "zod";
import { parseBroker, parseRelay } from "../value/relay.ts";
import { absolutePath, duration, group } from "../value/value.ts";

/** Who we are to a server, where it asks. `example`: a file for the password. */
const login = (example: string) => ({
  user: z
    .string()
    .min(1)
    .max(255)
    .meta({ description: "The login's name.", examples: ["wan"] })
    .optional(),
  passwordFile: absolutePath({
    description: "The file whose first line is the login's password.",
    examples: [example],
  }).optional(),
});

const ADDRESS = /^[^\s@<>",;:\\()[\]]{1,64}@[^\s@<>",;:\\()[\]]{1,255}$/;

const address = (meta: { description: string; examples: string[] }) =>
  z.string().regex(ADDRESS, { error: "isn't a mail address" }).meta(meta);

const email = group(
  {
    to: z
      .array(address({ description: "A receiver.", examples: ["ops@example.net"] }))
      .min(1)
      .max(16)
      .meta({ description: "Who gets the mails." }),
    from: address({
      description: "Whose address they come from. The name is `WAN-` and the machine's.",
      examples: ["wan@example.net"],
    }),
    relay: z
      .string()
      .refine((text) => parseRelay(text) !== null, {
        error: "isn't a relay's address",
        params: { remedy: "give smtp://HOST:PORT, or smtps://HOST:PORT for TLS from the start" },
      })
      .meta({
        description:
          "The outbound mail relay: `smtp://HOST:PORT` (STARTTLS, port 587 if none is given) or `smtps://HOST:PORT` (TLS from the start, 465). A login may be in it, `smtp://USER:PASSWORD@HOST`; `passwordFile` is better.",
        examples: ["smtp://mail.example.net:587"],
      }),
    ...login("/etc/wan-failover/mail.password"),
    tls: z
      .enum(["auto", "required", "unchecked"])
      .meta({
        description:
          "`auto`: encrypted where the relay can; with a login always, and only to a relay with a valid certificate. `required`: the same without a login. `unchecked`: always encrypted, whatever the certificate.",
      })
      .default("auto"),
  },
  { description: "Mail, through a relay." },
).refine((mail) => (mail.user === undefined) === (mail.passwordFile === undefined), {
  error: "has half of a login",
  params: { remedy: "give both user and passwordFile, or neither" },
});

const webhook = group(
  {
    name: z
      .string()
      .regex(/^(?!(?:email|mqtt)$)[a-z][a-z0-9-]{0,30}$/, {
        error: "isn't a name: lower-case letters, digits and hyphens",
      })
      .meta({ description: "What status and log call it. Default: its template.", examples: ["phone"] })
      .optional(),
    url: z
      .string()
      .refine((text) => /^https?:\/\//.test(text) && URL.canParse(text), {
        error: "isn't an address",
        params: { remedy: "give https://HOST/PATH or http://HOST/PATH" },
      })
      .meta({ description: "Where messages are posted.", examples: ["https://ntfy.example.net/wan"] })
      .optional(),
    urlFile: absolutePath({
      description: "The file whose first line is the address, where that is a secret.",
      examples: ["/etc/wan-failover/slack.url"],
    }).optional(),
    template: z
      .enum(["generic", "ntfy", "slack", "discord", "telegram"])
      .meta({ description: "The form of the messages. `generic`: JSON for programs of your own." })
      .default("generic"),
    chat: z
      .string()
      .min(1)
      .max(100)
      .meta({ description: "Telegram's chat.", examples: ["-1001234567890"] })
      .optional(),
    tokenFile: absolutePath({
      description: "The file whose first line is sent as `Authorization: Bearer`.",
      examples: ["/etc/wan-failover/ntfy.token"],
    }).optional(),
  },
  { description: "A service on the web." },
)
  .refine((hook) => (hook.url === undefined) !== (hook.urlFile === undefined), {
    error: "needs one address",
    params: { remedy: "give url or urlFile, one of them" },
  })
  .refine((hook) => (hook.template === "telegram") === (hook.chat !== undefined), {
    error: "and Telegram's chat don't fit",
    params: { remedy: "give chat with the template telegram, and only there" },
  });

const TOPIC = /^[^\s+#/$\0][^\s+#\0]{0,99}(?<!\/)$/;

const topic = (meta: { description: string; examples: string[] }) =>
  z.string().regex(TOPIC, { error: "isn't a topic: no spaces, no + and #, no slash at its ends" }).meta(meta);

const mqtt = group(
  {
    broker: z
      .string()
      .refine((text) => parseBroker(text) !== null, {
        error: "isn't a broker's address",
        params: { remedy: "give mqtt://HOST:PORT, or mqtts://HOST:PORT for TLS" },
      })
      .meta({
        description: "`mqtt://HOST:PORT` (port 1883 if none is given) or `mqtts://HOST:PORT` (TLS, 8883).",
        examples: ["mqtt://192.168.1.10"],
      }),
    ...login("/etc/wan-failover/mqtt.password"),
    tls: z
      .enum(["checked", "unchecked"])
      .meta({ description: "With `mqtts`: only to a broker with a valid certificate, or to whoever is there." })
      .default("checked"),
    topic: topic({
      description: "All topics begin with it; unique on the broker. Default: `wan-failover/` and the machine's name.",
      examples: ["wan-failover/house-7"],
    }).optional(),
    discovery: z
      .union([
        z.literal("none").transform(() => null),
        topic({ description: "Home Assistant's discovery prefix.", examples: ["homeassistant"] }),
      ])
      .meta({ description: "Home Assistant's discovery prefix. `none`: it isn't told." })
      .prefault("homeassistant"),
  },
  { description: "An MQTT broker that is told how things are, for Home Assistant and for programs." },
).refine((broker) => (broker.user === undefined) === (broker.passwordFile === undefined), {
  error: "has half of a login",
  params: { remedy: "give both user and passwordFile, or neither" },
});

/** `notify:` */
export const notify = group(
  {
    settle: duration(
      { from: "0s", to: "10m" },
      {
        description:
          "A switch is told so long after it. What happens until then is told in the same message; where traffic keeps moving, the messages become fewer.",
      },
    ).prefault("10s"),
    standbyUnusableAfter: duration(
      { from: "1s", to: "7d" },
      {
        description:
          "A standby that has not worked for so long is told of, so that nobody learns of a dead backup from an outage.",
      },
    ).prefault("10m"),
    email: email.optional(),
    mqtt: mqtt.optional(),
    webhook: z.array(webhook).max(16).meta({ description: "Services on the web that are told by HTTP." }).default([]),
  },
  { description: "Who is told of switches, and how (docs/notifications.md). Nothing waits for it." },
);
