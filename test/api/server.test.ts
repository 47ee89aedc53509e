import { execFile } from "node:child_process";
import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { openClient } from "../../src/api/client.ts";
import { type ServerOptions, startServer } from "../../src/api/server.ts";
import type { Order } from "../../src/core/event.ts";
import { AppError } from "../../src/error.ts";
import { healthy } from "../cli/fixture.ts";
import { forgetful, idleMachine, noHistory, storeOf } from "./site.ts";

const folder = mkdtempSync(join(tmpdir(), "wan-failover-api-"));
afterAll(() => rmSync(folder, { recursive: true }));

let sockets = 0;
const freshPath = (): string => {
  sockets += 1;
  return join(folder, `${sockets}.sock`);
};

const MESSAGES = [{ at: "2025-03-04T18:01:23.000Z", level: "info", text: "IPv4 start: to fiber" }] as const;

/** A server that takes every order but to use `nowhere`, and keeps them. */
const serving = async (options: Partial<ServerOptions> = {}) => {
  const orders: Order[] = [];
  const socketPath = options.socketPath ?? freshPath();
  const server = await startServer({
    socketPath,
    configStore: storeOf("/etc/wan-failover/config.yaml"),
    machine: idleMachine,
    history: noHistory,
    status: () => healthy,
    messages: () => MESSAGES,
    pageFolder: "/nonexistent",
    accessStore: forgetful,
    complain: () => {},
    notifyTest: async () => [],
    order: async (order) => {
      orders.push(order);
      const accepted = !(order.kind === "use" && order.uplink === "nowhere");
      return { accepted, message: accepted ? "Done." : "There is no uplink nowhere; there are: fiber, lte." };
    },
    ...options,
  });
  onTestFinished(() => server.close());
  return { server, socketPath, orders, client: openClient({ socketPath }) };
};

interface Question {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

const ask = (socketPath: string, { method = "GET", path, headers = {}, body }: Question) =>
  new Promise<{ code: number | undefined; type: string | undefined; allow: string | undefined; text: string }>(
    (resolve, reject) => {
      const sent = request({ socketPath, method, path, headers, agent: false }, async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        const { "content-type": type, allow } = response.headers;
        resolve({ code: response.statusCode, type, allow, text: Buffer.concat(chunks).toString() });
      });
      sent.on("error", reject);
      sent.end(body);
    },
  );

const JSON_TYPE = { "content-type": "application/json" };

const post = (socketPath: string, path: string, body: unknown) =>
  ask(socketPath, { method: "POST", path, headers: JSON_TYPE, body: JSON.stringify(body) });

test("the status is what the core says, with who says it", async () => {
  const { client } = await serving();
  const { startedAt, runningMs, ...answer } = await client.status();
  expect(answer).toEqual({
    version: "development",
    pid: process.pid,
    config: "/etc/wan-failover/config.yaml",
    status: healthy,
    messages: MESSAGES,
  });
  expect(Math.abs(Date.now() - Date.parse(startedAt))).toBeLessThan(10_000);
  expect(Math.abs(runningMs - performance.now())).toBeLessThan(10_000);
});

test("orders reach the daemon, and its words come back", async () => {
  const { client, orders } = await serving();
  expect(await client.test({ uplink: "lte", for: "2m" })).toEqual({ accepted: true, message: "Done." });
  await client.test({});
  await client.failback();
  await client.use({ uplink: "lte" });
  await client.use({ uplink: null });
  expect(orders).toEqual([
    { kind: "test", uplink: "lte", forMs: 120_000 },
    { kind: "test", uplink: null, forMs: null },
    { kind: "failback" },
    { kind: "use", uplink: "lte" },
    { kind: "use", uplink: null },
  ]);
});

test("an order without a body is one without wishes", async () => {
  const { socketPath, orders } = await serving();
  expect((await ask(socketPath, { method: "POST", path: "/api/v1/failback" })).code).toBe(200);
  expect(orders).toEqual([{ kind: "failback" }]);
});

test("a refused order is a conflict, with the daemon's reason", async () => {
  const { socketPath, client } = await serving();
  const { code, type, text } = await post(socketPath, "/api/v1/use", { uplink: "nowhere" });
  expect({ code, type, ...JSON.parse(text) }).toEqual({
    code: 409,
    type: "about:blank",
    title: "Conflict",
    status: 409,
    detail: "There is no uplink nowhere; there are: fiber, lte.",
  });
  await expect(client.use({ uplink: "nowhere" })).rejects.toEqual(
    new AppError("order-refused", "There is no uplink nowhere; there are: fiber, lte."),
  );
});

test("health is answered, also to HEAD, and a query changes nothing", async () => {
  const { socketPath } = await serving();
  expect(await ask(socketPath, { path: "/healthz?now" })).toMatchObject({ code: 200, text: '{"healthy":true}\n' });
  expect(await ask(socketPath, { method: "HEAD", path: "/healthz" })).toMatchObject({ code: 200, text: "" });
});

const PROBLEM = "application/problem+json";

test.each<[string, Question, { code: number; allow?: string }]>([
  ["an unknown path", { path: "/api/v2/status" }, { code: 404 }],
  ["a reading that should be an order", { path: "/api/v1/failback" }, { code: 405, allow: "POST" }],
  ["an order that should be a reading", { method: "POST", path: "/api/v1/status" }, { code: 405, allow: "GET, HEAD" }],
  ["a method that nothing has", { method: "DELETE", path: "/api/v1/use" }, { code: 405, allow: "POST" }],
  ["a form", { method: "POST", path: "/api/v1/use", body: "uplink=lte" }, { code: 415 }],
  ["half a JSON", { method: "POST", path: "/api/v1/use", headers: JSON_TYPE, body: "{" }, { code: 400 }],
  [
    "no UTF-8",
    { method: "POST", path: "/api/v1/use", headers: JSON_TYPE, body: Buffer.from([0x22, 0xff, 0x22]) },
    { code: 400 },
  ],
  ["a list", { method: "POST", path: "/api/v1/use", headers: JSON_TYPE, body: "[]" }, { code: 400 }],
  [
    "an unknown key",
    { method: "POST", path: "/api/v1/failback", headers: JSON_TYPE, body: '{"now":1}' },
    { code: 400 },
  ],
  ["a missing key", { method: "POST", path: "/api/v1/use", headers: JSON_TYPE, body: "{}" }, { code: 400 }],
  ["no duration", { method: "POST", path: "/api/v1/test", headers: JSON_TYPE, body: '{"for":"soon"}' }, { code: 400 }],
  [
    "too long a test",
    { method: "POST", path: "/api/v1/test", headers: JSON_TYPE, body: '{"for":"99d"}' },
    { code: 400 },
  ],
  [
    "a huge body",
    { method: "POST", path: "/api/v1/use", headers: JSON_TYPE, body: "x".repeat(3_000_000) },
    { code: 413 },
  ],
  ["a huge header", { path: "/healthz", headers: { "x-long": "x".repeat(10_000) } }, { code: 431 }],
])("%s is a problem", async (_name, question, expected) => {
  const { socketPath, orders } = await serving();
  const { text, ...answer } = await ask(socketPath, question);
  expect(answer).toEqual({ type: PROBLEM, allow: undefined, ...expected });
  expect(JSON.parse(text)).toEqual({
    type: "about:blank",
    title: expect.any(String),
    status: expected.code,
    detail: expect.stringMatching(/\S/),
  });
  expect(orders).toEqual([]);
});

test("a wrong request is told what would be right", async () => {
  const { client } = await serving();
  await expect(client.test({ for: "soon" })).rejects.toEqual(
    new AppError("usage", "for: must be a duration from 1s to 7d, such as 2m"),
  );
});

test("bytes that are no HTTP get an answer, and the server lives on", async () => {
  const { socketPath, client } = await serving();
  const socket = connect(socketPath);
  socket.end("\u0000\u0001 hello\r\n\r\n");
  let text = "";
  for await (const chunk of socket) text += chunk;
  expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  expect(text).toContain('"detail":"This is not an HTTP request."');
  expect((await client.status()).pid).toBe(process.pid);
});

test("a client that leaves in the middle of its request harms nobody", async () => {
  const { socketPath, client } = await serving();
  const socket = connect(socketPath);
  socket.write("POST /api/v1/use HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{");
  await new Promise((resolve) => setTimeout(resolve, 50));
  socket.destroy();
  expect((await client.status()).pid).toBe(process.pid);
});

test("a mistake of ours is a problem without a stack", async () => {
  const { socketPath } = await serving({
    status: () => {
      throw new TypeError("x is not a function");
    },
  });
  const { code, text } = await ask(socketPath, { path: "/api/v1/status" });
  expect(code).toBe(500);
  expect(JSON.parse(text).detail).toBe("The daemon made a mistake: x is not a function");
  expect(text).not.toContain(".ts");
});

test("only the owner and the group may use the socket", async () => {
  const { socketPath } = await serving();
  expect(statSync(socketPath).mode & 0o777).toBe(0o660);
  const group = /^wan-failover:[^:]*:(\d+):/m.exec(readFileSync("/etc/group", "utf8"))?.[1];
  if (group !== undefined && process.getuid?.() === 0) expect(statSync(socketPath).gid).toBe(Number(group));
});

test("the socket's directory is made where it is missing", async () => {
  const socketPath = join(folder, "new", "deep", "api.sock");
  const { client } = await serving({ socketPath });
  expect((await client.status()).pid).toBe(process.pid);
});

test("a server that is closed leaves no socket, and its clients hear of no daemon", async () => {
  const { server, socketPath, client } = await serving();
  await server.close();
  expect(existsSync(socketPath)).toBe(false);
  await expect(client.status()).rejects.toEqual(new AppError("no-daemon", `no daemon answers on ${socketPath}`));
});

test("a second daemon is refused, and the first goes on", async () => {
  const { socketPath, client } = await serving();
  await expect(serving({ socketPath })).rejects.toMatchObject({ code: "daemon-running" });
  expect((await client.status()).pid).toBe(process.pid);
});

const LEAVE_SOCKET = `
  require("node:net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"));
`;

test("the socket of a dead daemon is replaced", async () => {
  const socketPath = freshPath();
  await promisify(execFile)(process.execPath, ["-e", LEAVE_SOCKET, socketPath]).catch(() => {});
  expect(lstatSync(socketPath).isSocket()).toBe(true);
  const { client } = await serving({ socketPath });
  expect((await client.status()).pid).toBe(process.pid);
});

test("of two daemons that replace a dead one at once, one wins", async () => {
  const socketPath = freshPath();
  await promisify(execFile)(process.execPath, ["-e", LEAVE_SOCKET, socketPath]).catch(() => {});
  const outcomes = await Promise.allSettled([serving({ socketPath }), serving({ socketPath })]);
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect((await openClient({ socketPath }).status()).pid).toBe(process.pid);
});

test("a file that is no socket is left alone", async () => {
  const socketPath = freshPath();
  writeFileSync(socketPath, "precious");
  await expect(serving({ socketPath })).rejects.toMatchObject({ code: "system-call-failed" });
  expect(readFileSync(socketPath, "utf8")).toBe("precious");
});

test("a daemon that doesn't answer is given up on", async () => {
  const { socketPath } = await serving({ order: () => new Promise(() => {}) });
  await expect(openClient({ socketPath, timeoutMs: 50 }).failback()).rejects.toEqual(
    new AppError("no-daemon", `the daemon on ${socketPath} doesn't answer`),
  );
});

test("a daemon of another version is not misunderstood", async () => {
  const { client } = await serving({ status: () => ({ ...healthy, online: undefined as unknown as boolean }) });
  await expect(client.status()).rejects.toMatchObject({ code: "malformed-message" });
});
