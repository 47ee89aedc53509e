import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { postWebhook } from "../../src/adapter/service/webhook.ts";
import type { WebhookSettings } from "../../src/core/notify/settings.ts";

const MESSAGE = { headers: { "content-type": "application/json" }, body: '{"text":"ä"}' };

/** A server that answers so, and what it got. */
const serving = async (status: number) => {
  const got: { path: string | undefined; headers: IncomingHttpHeaders; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    got.push({ path: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.writeHead(status, { location: "/elsewhere" }).write("x".repeat(10_000));
  }).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.once("listening", resolve));
  return { got, origin: `127.0.0.1:${(server.address() as AddressInfo).port}` };
};

const settingsFor = (url: string): WebhookSettings => ({
  name: "own",
  url: { kind: "text", text: url },
  template: "generic",
  chat: "",
  token: { kind: "text", text: "s3cret" },
});

test("a message is posted with its token, and an answer without an end is not waited for", async () => {
  const { got, origin } = await serving(200);
  await postWebhook(MESSAGE, settingsFor(`http://${origin}/path?x=1`));
  expect(got).toMatchObject([
    {
      path: "/path?x=1",
      body: MESSAGE.body,
      headers: { authorization: "Bearer s3cret", "content-type": "application/json" },
    },
  ]);
});

test.each([302, 401, 500])("the status %i is a failure, said without the address's secret path", async (status) => {
  const { got, origin } = await serving(status);
  await expect(postWebhook(MESSAGE, settingsFor(`http://${origin}/bot123:key`))).rejects.toThrow(
    new Error(`${origin} answered with the HTTP status ${status}`),
  );
  expect(got).toHaveLength(1);
});

test("where nobody listens, that is said", async () => {
  await expect(postWebhook(MESSAGE, settingsFor("http://127.0.0.1:9/key"))).rejects.toThrow(
    "127.0.0.1:9: connect ECONNREFUSED",
  );
  await expect(postWebhook(MESSAGE, settingsFor("ftp://127.0.0.1"))).rejects.toThrow("no http:// or https://");
});
