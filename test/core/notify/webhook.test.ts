import { expect, test } from "vitest";
import type { Notice } from "../../../src/core/notify/notice.ts";
import { hookMessage, type WebhookTemplate } from "../../../src/core/notify/webhook.ts";

const notice: Notice = {
  id: "1-2-failover",
  kind: "failover",
  atMs: 1_700_000_000_000,
  date: "2026-08-01 14:05:09 +0200",
  subject: "Primary WAN link failed on 'pbx'. Switched to secondary link.",
  summary: "Traffic went from fiber to lte: fiber is down: <no> answer & silence.",
  details: "",
  active: "lte",
  uplink: "fiber",
};

const sent = (template: WebhookTemplate, batch: readonly Notice[] = [notice]) =>
  hookMessage(template, batch, { host: "pbx", chat: "-100" });

test("programs get the newest event with its facts, and those not told before", () => {
  const online: Notice = { ...notice, id: "2", kind: "failback", active: "fiber" };
  expect(JSON.parse(sent("generic", [notice, online]).body)).toMatchObject({
    host: "pbx",
    event: "failback",
    active: "fiber",
    uplink: "fiber",
    atMs: 1_700_000_000_000,
    earlier: [{ id: "1-2-failover", event: "failover", active: "lte" }],
  });
});

test("ntfy gets a title, a priority and plain text", () => {
  const { headers, body } = sent("ntfy");
  expect(headers).toMatchObject({ title: notice.subject, priority: "high", tags: "warning" });
  expect(body).toContain(notice.summary);
  expect(sent("ntfy", [{ ...notice, kind: "failback" }]).headers).toMatchObject({ priority: "default" });
  expect(sent("ntfy", [{ ...notice, subject: "pbx\r\nX: ü" }]).headers).toMatchObject({ title: "pbx??X: ?" });
});

test("Slack, Discord and Telegram get their own JSON, within their lengths and without side effects", () => {
  expect(JSON.parse(sent("slack").body).text).toContain("&lt;no&gt; answer &amp; silence");
  const long = { ...notice, details: "x".repeat(100_000) };
  const discord = JSON.parse(sent("discord", [long]).body);
  expect(discord).toMatchObject({ allowed_mentions: { parse: [] } });
  expect(discord.content.length).toBeLessThanOrEqual(2000);
  const telegram = JSON.parse(sent("telegram", [long]).body);
  expect(telegram.chat_id).toBe("-100");
  expect(telegram.text.length).toBeLessThanOrEqual(4096);
});
