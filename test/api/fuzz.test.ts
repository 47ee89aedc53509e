import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import * as z from "zod";
import { problem } from "../../src/api/contract.ts";
import type { Route } from "../../src/api/route.ts";
import { ROUTES } from "../../src/api/routes.ts";
import { until } from "../adapter/until.ts";
import { type Answer, ask, openSite, storeOf, temporaryFolder } from "./site.ts";

const folder = temporaryFolder();
const PASSWORD = "correct horse";
const RUNS = 25;

interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly anyOf?: readonly JsonSchema[];
}

const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.constantFrom("", "\0", "../..", "__proto__", "1e999", -1, 1e308, {}, [], null),
);

/** Texts that some schema is glad of. */
const WORDS = ["60s", "731d", "fiber", "uplinks: []", "2026-10", "2026-02-30T00:00:00Z", "+275760-09-13T00:00:00Z"];

/** What nearly fits a schema: each part is right, or anything at all. */
const nearly = (schema: JsonSchema): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 1, arbitrary: anything }, { weight: 4, arbitrary: fitting(schema) });

const fitting = (schema: JsonSchema): fc.Arbitrary<unknown> => {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(nearly));
  if (schema.type === "boolean") return fc.boolean();
  if (schema.type === "string") return fc.oneof(fc.string(), fc.constantFrom(...WORDS));
  const properties = Object.entries(schema.properties ?? {}).map(([key, inner]) => [key, nearly(inner)] as const);
  return fc.record({ ...Object.fromEntries(properties), extra: anything }, { requiredKeys: [] });
};

/** The query that a schema asks for, nearly, or any other. */
const queryOf = ({ query }: Route): fc.Arbitrary<string> => {
  if (query === undefined) return fc.webQueryParameters();
  const { properties = {} } = z.toJSONSchema(query, { io: "input" }) as JsonSchema;
  const words = Object.entries(properties).map(([key, schema]) => [key, fitting(schema).map(String)] as const);
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .record(Object.fromEntries(words), { requiredKeys: [] })
        .map((record) => String(new URLSearchParams(Object.entries(record) as [string, string][]))),
    },
    { weight: 1, arbitrary: fc.webQueryParameters() },
  );
};

const bodyOf = ({ body }: Route): fc.Arbitrary<string | Buffer> => {
  const schema = body === undefined ? {} : (z.toJSONSchema(body, { io: "input" }) as JsonSchema);
  return fc.oneof(
    { weight: 5, arbitrary: nearly(schema).map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
    { weight: 1, arbitrary: fc.constant(`${"[".repeat(20_000)}${"]".repeat(20_000)}`) },
  );
};

/** Whatever was asked, the answer is none of our mistakes, and what is refused is refused in the one form. */
const expectSound = ({ code, headers, text }: Answer, what: string): void => {
  expect(code, `${what}: ${text.slice(0, 300)}`).toBeLessThan(500);
  if (code < 400) return;
  expect(headers["content-type"], what).toBe("application/problem+json");
  expect(problem.parse(JSON.parse(text)).status).toBe(code);
};

const owned = async () => {
  const path = join(folder, "config.yaml");
  writeFileSync(path, "uplinks: [{ name: fiber, interface: eth0 }]\n");
  const site = await openSite(folder, { configStore: storeOf(path) });
  await site.client.setPassword(PASSWORD);
  const headers = { "content-type": "application/json" };
  const login = { method: "POST", path: "/api/v1/session", headers, body: JSON.stringify({ password: PASSWORD }) };
  return { ...site, cookie: String((await ask(site.port, login)).headers["set-cookie"]).split(";", 1)[0] ?? "" };
};

/** Logging out comes last. */
const asked = ROUTES.filter(({ answer }) => answer !== "text/event-stream").toSorted(
  (one, other) => Number(one.method === "DELETE") - Number(other.method === "DELETE"),
);

test("every route answers whatever is sent with sense", { timeout: 120_000 }, async () => {
  const { port, cookie } = await owned();
  const tags = fc.constantFrom("*", '"x"', undefined);
  const fuzz = (route: Route) =>
    fc.asyncProperty(bodyOf(route), queryOf(route), tags, async (body, query, tag) => {
      const answer = await ask(port, {
        method: route.method,
        path: `${route.path}?${query}`,
        headers: { cookie, "content-type": "application/json", ...(tag === undefined ? {} : { "if-match": tag }) },
        ...(route.method === "GET" ? {} : { body }),
      });
      expectSound(answer, `${route.method} ${route.path} ${String(body).slice(0, 200)} ${query}`);
    });
  expect(asked.length).toBeGreaterThan(15);
  for (const route of asked) await fc.assert(fuzz(route), { numRuns: RUNS });
});

test("headers and paths of any kind are answered with sense", async () => {
  const { port } = await owned();
  const value = fc.string({ unit: "grapheme-ascii", maxLength: 100 });
  await fc.assert(
    fc.asyncProperty(fc.webPath(), value, async (path, text) => {
      const headers = {
        authorization: text,
        cookie: `wan-failover=${text}`,
        "last-event-id": text,
        "if-none-match": text,
      };
      expectSound(await ask(port, { path: path === "" ? "/" : path, headers }), path);
    }),
    { numRuns: 3 * RUNS },
  );
});

test("a body of 10 MB is refused without being kept", async () => {
  const { port, cookie } = await owned();
  for (const path of ["/api/v1/config", "/api/v1/password", "/api/v1/session"]) {
    const method = path.endsWith("session") ? "POST" : "PUT";
    const headers = { cookie, "content-type": "application/json", "if-match": "*" };
    const { code } = await ask(port, { method, path, headers, body: Buffer.alloc(10_000_000, 0x20) });
    expect(code).toBe(413);
  }
});

test("a client that sends a byte now and then is hung up on, and hinders nobody", async () => {
  const { port } = await owned();
  const sockets = Array.from({ length: 100 }, () => connect(port, "127.0.0.1"));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  for (const socket of sockets) {
    socket.on("error", () => {}).resume();
    socket.write("GET /api/v1/status HTTP/1.1\r\nhost: 127.0.0.1\r\nx: ");
  }
  const drip = setInterval(() => {
    for (const socket of sockets) if (!socket.destroyed) socket.write("x");
  }, 500);
  onTestFinished(() => clearInterval(drip));
  const begun = performance.now();
  expect((await ask(port, { path: "/healthz" })).code).toBe(200);
  expect(performance.now() - begun).toBeLessThan(1000);
  await until(() => sockets.every(({ closed }) => closed), 20_000);
});
