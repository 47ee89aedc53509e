import { request as requestHttp } from "node:http";
import type { WebhookSettings } from "../../core/notify/settings.ts";
import type { HookMessage } from "../../core/notify/webhook.ts";
import { readSecret, withoutSecrets } from "../file/secret.ts";

/** A server has so long (ms), from the look-up of its name to its answer. */
const ANSWER_MS = 15_000;

/** Posts a message. Resolves when the server has taken it (2xx); rejects with a sentence without secrets otherwise. */
export const postWebhook = async (message: HookMessage, settings: WebhookSettings): Promise<void> => {
  const [url, token] = await Promise.all([
    readSecret(settings.url),
    settings.token === null ? "" : readSecret(settings.token),
  ]);
  const target = URL.canParse(url) ? new URL(url) : null;
  if (target === null || !/^https?:$/.test(target.protocol)) throw new Error("its address is no http:// or https://");
  const authorization = token === "" ? {} : { authorization: `Bearer ${token}` };
  const headers = { ...message.headers, ...authorization, "user-agent": "wan-failover" };
  const status = await post(target, headers, message.body).catch((error: Error) => {
    throw new Error(`${target.host}: ${withoutSecrets(wordsOf(error), [token, target.pathname.slice(1)])}`);
  });
  if (status < 200 || status > 299) throw new Error(`${target.host} answered with the HTTP status ${status}`);
};

const wordsOf = (error: Error): string =>
  error.name === "TimeoutError" || error.name === "AbortError"
    ? `it did not answer within ${ANSWER_MS / 1000} s`
    : error.message;

/** Only the status is read: what a server says beyond that is of no use, and may have no end. */
const post = async (target: URL, headers: Readonly<Record<string, string>>, body: string): Promise<number> => {
  const request = target.protocol === "https:" ? (await import("node:https")).request : requestHttp;
  const options = { method: "POST", headers, agent: false, signal: AbortSignal.timeout(ANSWER_MS) } as const;
  return new Promise((resolve, reject) => {
    const sent = request(target, options, (response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    sent.on("error", reject);
    sent.end(body);
  });
};
