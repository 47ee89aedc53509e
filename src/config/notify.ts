import type { BrokerSettings, MailSettings, WebhookSettings } from "../core/notify/settings.ts";
import type { ParsedConfig } from "./schema.ts";
import { parseBroker, parseRelay } from "./value/relay.ts";

/** Who is told, and how. Secrets are in it: it never leaves the process. */
export interface NotifyConfig {
  readonly settleMs: number;
  readonly standbyUnusableAfterMs: number;
  readonly email: MailSettings | null;
  readonly broker: BrokerSettings | null;
  readonly webhooks: readonly WebhookSettings[];
}

/** What `notify:` says. Pure. */
export const resolveNotify = ({
  settle,
  standbyUnusableAfter,
  email,
  mqtt,
  webhook,
}: ParsedConfig["notify"]): NotifyConfig => ({
  settleMs: settle,
  standbyUnusableAfterMs: standbyUnusableAfter,
  email: email === undefined ? null : resolveEmail(email),
  broker: mqtt === undefined ? null : resolveBroker(mqtt),
  webhooks: webhook.map((hook, place) => resolveWebhook(hook, nameOf(webhook, place))),
});

type ParsedWebhook = ParsedConfig["notify"]["webhook"][number];

/** The second of one name gets a number. */
const nameOf = (hooks: readonly ParsedWebhook[], place: number): string => {
  const names = hooks.slice(0, place + 1).map(({ name, template }) => name ?? template);
  const name = names.at(-1) ?? "";
  const count = names.filter((other) => other === name).length;
  return count === 1 ? name : `${name}-${count}`;
};

const resolveWebhook = ({ url, urlFile, template, chat, tokenFile }: ParsedWebhook, name: string): WebhookSettings => ({
  name,
  url: url === undefined ? { kind: "file", path: urlFile ?? "" } : { kind: "text", text: url },
  template,
  chat: chat ?? "",
  token: tokenFile === undefined ? null : { kind: "file", path: tokenFile },
});

const resolveBroker = ({
  broker,
  tls,
  topic,
  discovery,
  ...login
}: NonNullable<ParsedConfig["notify"]["mqtt"]>): BrokerSettings | null => {
  const parsed = parseBroker(broker);
  if (parsed === null) return null;
  const { host, port, encrypted } = parsed;
  return { host, port, tls: encrypted ? tls : null, login: loginOf(login, null), topic: topic ?? null, discovery };
};

type ParsedEmail = NonNullable<ParsedConfig["notify"]["email"]>;

const resolveEmail = ({ to, from, relay, tls, ...rest }: ParsedEmail): MailSettings | null => {
  const parsed = parseRelay(relay);
  return parsed === null ? null : { to, from, relay: parsed.relay, tls, login: loginOf(rest, parsed.login) };
};

/** A name and a file go before what the relay's address holds. */
const loginOf = (
  { user, passwordFile }: Pick<ParsedEmail, "user" | "passwordFile">,
  inAddress: { readonly user: string; readonly password: string } | null,
): MailSettings["login"] => {
  if (user !== undefined && passwordFile !== undefined) return { user, password: { kind: "file", path: passwordFile } };
  if (inAddress === null) return null;
  return { user: inAddress.user, password: { kind: "text", text: inAddress.password } };
};
