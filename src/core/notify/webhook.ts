import type { Notice } from "./notice.ts";
import { messageOf } from "./words.ts";

/** Whose form a webhook's messages have. */
export type WebhookTemplate = "generic" | "ntfy" | "slack" | "discord" | "telegram";

/** What a webhook is sent, whatever its address. */
export interface HookMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What each service takes at the most (characters), with room for its own marks. */
const TEXT_MAX = { slack: 30_000, discord: 1900, telegram: 4000, ntfy: 3500 } as const;

/** A batch of notices, oldest first, in a template's form. `chat`: Telegram's chat, empty elsewhere. Never throws. */
export const hookMessage = (
  template: WebhookTemplate,
  batch: readonly Notice[],
  { host, chat }: { readonly host: string; readonly chat: string },
): HookMessage => FORMS[template](batch, { host, chat });

type Form = (batch: readonly Notice[], about: { readonly host: string; readonly chat: string }) => HookMessage;

const json = (value: object): HookMessage => ({
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});

const textOf = (batch: readonly Notice[], longest: number): string => {
  const { text } = messageOf(batch);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
};

const FORMS: Readonly<Record<WebhookTemplate, Form>> = {
  generic: (batch, { host }) => json({ host, ...eventsOf(batch) }),
  // https://docs.ntfy.sh/publish/
  ntfy: (batch) => ({
    headers: {
      "content-type": "text/plain; charset=utf-8",
      title: messageOf(batch).subject.replace(/[^ -~]/g, "?"),
      priority: batch.some(isUrgent) ? "high" : "default",
      tags: batch.some(isUrgent) ? "warning" : "white_check_mark",
    },
    body: textOf(batch, TEXT_MAX.ntfy),
  }),
  // https://api.slack.com/messaging/webhooks
  slack: (batch) => json({ text: escaped(textOf(batch, TEXT_MAX.slack)) }),
  // https://discord.com/developers/docs/resources/webhook#execute-webhook
  discord: (batch) => json({ content: textOf(batch, TEXT_MAX.discord), allowed_mentions: { parse: [] } }),
  // https://core.telegram.org/bots/api#sendmessage
  telegram: (batch, { chat }) => json({ chat_id: chat, text: textOf(batch, TEXT_MAX.telegram) }),
};

/** Slack's three control characters. */
const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const isUrgent = ({ kind }: Notice): boolean =>
  kind === "failover" ||
  kind === "moved" ||
  kind === "offline" ||
  kind === "standby-down" ||
  kind === "cap-used" ||
  kind === "rehearsal-failed";

/** The newest, and what was not told before. */
const eventsOf = (batch: readonly Notice[]): object => {
  const [newest, ...earlier] = batch.toReversed().map(eventOf);
  return { ...newest, earlier };
};

const eventOf = ({ id, kind, atMs, subject, summary, details, active, uplink }: Notice) => ({
  id,
  event: kind,
  atMs,
  subject,
  summary,
  details,
  active,
  uplink,
});
