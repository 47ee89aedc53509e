import { execFileSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openPrivateFile } from "../../src/adapter/file/private-file.ts";
import { openAttempts } from "../../src/api/access/attempts.ts";
import { openSessions } from "../../src/api/access/sessions.ts";
import { openClient } from "../../src/api/client.ts";
import { until } from "../adapter/until.ts";
import { follow } from "./follower.ts";
import { ask, openSite, type Question, temporaryFolder } from "./site.ts";

const folder = temporaryFolder();
const PASSWORD = "correct horse battery";
const JSON_TYPE = { "content-type": "application/json" };

let files = 0;
const freshFile = (): string => {
  files += 1;
  return join(folder, `access-${files}.json`);
};

/** A site with a password, and how to log in there. */
const guarded = async () => {
  const file = freshFile();
  const site = await openSite(folder, { accessStore: openPrivateFile(file) });
  const client = openClient({ socketPath: site.socketPath });
  await client.setPassword(PASSWORD);
  const call = (question: Question) => ask(site.port, question);
  const send = (method: string, path: string, body: object, headers: object = {}) =>
    call({ method, path, headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(body) });
  const login = (password: string) => send("POST", "/api/v1/session", { password });
  const cookie = async () => ({ cookie: String((await login(PASSWORD)).headers["set-cookie"]).split(";", 1)[0] ?? "" });
  return { ...site, file, client, call, send, login, cookie };
};

test("without a password whoever is on the machine may look and no more", async () => {
  const { port, orders } = await openSite(folder);
  expect((await ask(port, { path: "/api/v1/status" })).code).toBe(200);
  const { code, headers } = await ask(port, { method: "POST", path: "/api/v1/failback" });
  expect([code, headers["www-authenticate"]]).toEqual([401, "Bearer"]);
  const { text } = await ask(port, { path: "/api/v1/session" });
  expect(JSON.parse(text)).toEqual({ who: "nobody", scope: "read", hasPassword: false });
  const refused = { method: "POST", path: "/api/v1/session", headers: JSON_TYPE, body: '{"password":""}' };
  expect((await ask(port, refused)).code).toBe(409);
  expect(orders).toEqual([]);
});

test("with a password nobody sees anything without it, and whoever knows it may do everything", async () => {
  const { call, send, login, cookie, orders } = await guarded();
  for (const path of ["/api/v1/status", "/api/v1/events", "/api/v1/tokens"])
    expect((await call({ path })).code).toBe(401);
  expect((await call({ path: "/healthz" })).code).toBe(200);
  expect((await login("wrong")).code).toBe(401);
  const { headers } = await login(PASSWORD);
  expect(headers["set-cookie"]).toEqual([
    expect.stringMatching(/^wan-failover=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/),
  ]);
  const mine = await cookie();
  expect((await call({ path: "/api/v1/status", headers: mine })).code).toBe(200);
  expect((await send("POST", "/api/v1/failback", {}, mine)).code).toBe(200);
  expect(orders).toEqual([{ kind: "failback" }]);
  expect((await send("POST", "/api/v1/failback", {}, { ...mine, origin: "https://evil.example" })).code).toBe(403);
  await call({ method: "DELETE", path: "/api/v1/session", headers: mine });
  expect((await call({ path: "/api/v1/status", headers: mine })).code).toBe(401);
});

test("a token may do what its scope says until it is revoked, and never says who may come in", async () => {
  const { call, send, client } = await guarded();
  const reader = await client.addToken({ name: "prometheus", scope: "read" });
  const controller = await client.addToken({ name: "script", scope: "control" });
  const as = ({ token }: { token: string }) => ({ authorization: `Bearer ${token}` });
  expect((await call({ path: "/api/v1/status", headers: as(reader) })).code).toBe(200);
  expect((await send("POST", "/api/v1/failback", {}, as(reader))).code).toBe(403);
  expect((await send("POST", "/api/v1/failback", {}, as(controller))).code).toBe(200);
  expect((await send("POST", "/api/v1/tokens", { name: "x", scope: "control" }, as(controller))).code).toBe(403);
  expect(await client.tokens()).toEqual([reader, controller].map(({ token, ...entry }) => entry));
  await client.removeToken(reader.id);
  expect((await call({ path: "/api/v1/status", headers: as(reader) })).code).toBe(401);
  await expect(client.removeToken(reader.id)).rejects.toMatchObject({ code: "order-refused" });
  for (const bad of [
    "Bearer",
    "Basic eDp5",
    `Bearer ${controller.token}x`,
    `Bearer wf_${controller.id}_${"A".repeat(43)}`,
  ]) {
    expect((await call({ path: "/api/v1/status", headers: { authorization: bad } })).code).toBe(401);
  }
});

test("nothing that is sent or kept tells a secret, and the file is for its owner alone", async () => {
  const { call, client, cookie, file } = await guarded();
  const { token } = await client.addToken({ name: "t", scope: "read" });
  const secretOfToken = token.slice(-43);
  const kept = readFileSync(file, "utf8");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const texts = await Promise.all(
    ["/api/v1/session", "/api/v1/tokens", "/api/v1/status"].map(async (path) =>
      call({ path, headers: await cookie() }),
    ),
  );
  for (const text of [kept, ...texts.map((answer) => answer.text)]) {
    for (const secret of [PASSWORD, secretOfToken]) expect(text).not.toContain(secret);
  }
  for (const { hash } of JSON.parse(kept).tokens) for (const { text } of texts) expect(text).not.toContain(hash);
});

test("a new password takes the old one over the network, and logs all others out", async () => {
  const { call, send, cookie, login } = await guarded();
  const [mine, other] = [await cookie(), await cookie()];
  const change = (current: string) => send("PUT", "/api/v1/password", { password: "another one", current }, mine);
  expect((await change("guessed")).code).toBe(401);
  expect((await change(PASSWORD)).code).toBe(200);
  expect((await call({ path: "/api/v1/status", headers: mine })).code).toBe(200);
  expect((await call({ path: "/api/v1/status", headers: other })).code).toBe(401);
  expect((await login(PASSWORD)).code).toBe(401);
});

test("who follows the events without a right to it any more is let go", async () => {
  const { port, call, cookie } = await guarded();
  const mine = await cookie();
  const follower = await follow(port, mine);
  await follower.next("status");
  await call({ method: "DELETE", path: "/api/v1/session", headers: mine });
  await until(() => follower.response.closed);
});

test("guessing is slowed down, and the right password has to wait as well", async () => {
  const { login } = await guarded();
  const codes: number[] = [];
  for (let index = 0; index < 7; index += 1) codes.push((await login(`guess ${index}`)).code);
  expect(codes).toEqual([401, 401, 401, 401, 401, 429, 429]);
  const { code, headers } = await login(PASSWORD);
  expect(code).toBe(429);
  expect(Number(headers["retry-after"])).toBeGreaterThan(0);
});

test("guesses are counted by address, and by network in IPv6; all together have a limit", () => {
  const attempts = openAttempts();
  const take = (address: string, now = 0) => attempts.take(address, now);
  for (let index = 0; index < 5; index += 1) expect(take(`2001:db8:1:2::${index}`)).toBe(0);
  expect(take("2001:db8:1:2:ffff::1")).toBe(12_000);
  expect(take("2001:db8:1:3::1")).toBe(0);
  expect(take("2001:db8:1:2::1", 12_000)).toBe(0);
  attempts.forgive("2001:db8:1:2::9");
  expect(take("2001:db8:1:2::1", 12_000)).toBe(0);
  const waits = Array.from({ length: 100 }, (_, index) => take(`192.0.2.${index}`, 12_000));
  expect(waits.filter((wait) => wait === 0).length).toBeLessThanOrEqual(30);
});

test("a session ends when nobody uses it, after a week, and for too many others", () => {
  const hour = 3_600_000;
  const sessions = openSessions();
  const idle = sessions.open(0);
  const used = sessions.open(0);
  for (let at = 0; at <= 168 * hour; at += hour) expect(sessions.touch(used, at)).toBe(true);
  expect(sessions.touch(idle, 25 * hour)).toBe(false);
  expect(sessions.touch(used, 169 * hour)).toBe(false);
  const first = sessions.open(0);
  for (let index = 0; index < 64; index += 1) sessions.open(0);
  expect(sessions.touch(first, 0)).toBe(false);
});

test("a file that can't be understood lets nobody in, and a new password begins anew", async () => {
  const file = freshFile();
  writeFileSync(file, '{"password":');
  const { port, complaints, socketPath } = await openSite(folder, { accessStore: openPrivateFile(file) });
  expect(complaints).toEqual([expect.stringContaining("wan-failover password")]);
  expect((await ask(port, { path: "/api/v1/status" })).code).toBe(401);
  const login = { method: "POST", path: "/api/v1/session", headers: JSON_TYPE };
  expect((await ask(port, { ...login, body: '{"password":""}' })).code).toBe(401);
  await openClient({ socketPath }).setPassword(PASSWORD);
  expect((await ask(port, { ...login, body: JSON.stringify({ password: PASSWORD }) })).code).toBe(200);
});

test("with a certificate the page is served by HTTPS, and its cookie goes no other way", async () => {
  const [certificate, key] = [join(folder, "c.pem"), join(folder, "k.pem")];
  const subject = ["-subj", "/CN=router.lan", "-days", "2", "-out", certificate, "-keyout", key];
  execFileSync("openssl", ["req", "-x509", "-newkey", "ed25519", "-noenc", ...subject], { stdio: "ignore" });
  const { server, port, socketPath } = await openSite(folder);
  await openClient({ socketPath }).setPassword(PASSWORD);
  server.configure({ listen: { host: "127.0.0.1", port }, hosts: [], tls: { certificate, key } });
  const login = () =>
    new Promise<string>((resolve, reject) => {
      const where = { host: "127.0.0.1", port, path: "/api/v1/session", method: "POST", headers: JSON_TYPE };
      const sent = request({ ...where, rejectUnauthorized: false, agent: false }, (response) => {
        resolve(String(response.headers["set-cookie"]));
        response.resume();
      });
      sent.on("error", reject).end(JSON.stringify({ password: PASSWORD }));
    }).catch(() => "");
  await until(async () => (await login()).endsWith("; Secure"));
  server.configure({ listen: { host: "127.0.0.1", port }, hosts: [], tls: { certificate, key: "/nonexistent" } });
  await until(() => server.problem()?.includes("ENOENT") ?? false);
});
