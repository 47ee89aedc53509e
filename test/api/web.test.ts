import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { until } from "../adapter/until.ts";
import { ask, openSite, type Question, temporaryFolder } from "./site.ts";

const folder = temporaryFolder();
const page = join(folder, "web");
const SCRIPT = "console.log(1);".repeat(100);

mkdirSync(join(page, "assets"), { recursive: true });
writeFileSync(join(page, "index.html"), "<!doctype html>");
writeFileSync(join(page, "assets", "page-3f2a.js"), SCRIPT);
writeFileSync(join(page, "assets", "page-3f2a.js.br"), brotliCompressSync(SCRIPT));
writeFileSync(join(page, "assets", "page-3f2a.js.gz"), gzipSync(SCRIPT));
writeFileSync(join(folder, "secret.txt"), "precious");

test("the page is served with headers that let nothing but its own files run", async () => {
  const { port } = await openSite(folder);
  for (const path of ["/", "/timeline", "/index.html?x"]) {
    const { code, headers, text } = await ask(port, { path });
    expect({ code, text, type: headers["content-type"] }).toEqual({
      code: 200,
      text: "<!doctype html>",
      type: "text/html; charset=utf-8",
    });
    expect(headers["content-security-policy"]).toMatch(/^default-src 'none'; script-src 'self'; /);
    expect(headers["content-security-policy"]).not.toMatch(/unsafe|https?:|\*/);
    expect(headers["cache-control"]).toBe("no-cache");
    const again = await ask(port, { path, headers: { "if-none-match": headers.etag } });
    expect([again.code, again.text]).toEqual([304, ""]);
  }
});

test("files with a hash in their name are kept for ever, and come compressed where the browser can take it", async () => {
  const { port } = await openSite(folder);
  const get = (encodings: string) =>
    ask(port, { path: "/assets/page-3f2a.js", headers: { "accept-encoding": encodings } });
  expect((await get("")).text).toBe(SCRIPT);
  for (const [accepted, used] of [
    ["gzip, deflate, br", "br"],
    ["gzip;q=1", "gzip"],
    ["zstd", undefined],
  ] as const) {
    const { code, headers } = await get(accepted);
    expect([code, headers["content-encoding"], headers["content-type"]]).toEqual([
      200,
      used,
      "text/javascript; charset=utf-8",
    ]);
    expect(headers["cache-control"]).toContain("immutable");
  }
});

test.each([
  "/../secret.txt",
  "/%2e%2e/secret.txt",
  "/assets/../../secret.txt",
  "//etc/passwd.txt",
  "/assets/page.js",
  "/api/v2",
  "/healthz/x",
])("%s is nowhere", async (path) => {
  const { port } = await openSite(folder);
  const { code, text } = await ask(port, { path });
  expect(code).toBe(404);
  expect(text).not.toContain("precious");
});

test("without the page's files the API still answers, and says so", async () => {
  const { port } = await openSite(folder, { pageFolder: join(folder, "none") });
  const { code, text } = await ask(port, { path: "/" });
  expect([code, JSON.parse(text).detail]).toEqual([404, "The page is not part of this installation; the API is."]);
});

test.each<[string, Question["headers"], number]>([
  ["the address", {}, 200],
  ["the name localhost", { host: "localhost:8380" }, 200],
  ["IPv6", { host: "[::1]:8380" }, 200],
  ["a name from the config", { host: "Router.LAN" }, 200],
  ["a name that an attacker lets lead here", { host: "evil.example:8380" }, 421],
  ["an address as a label", { host: "127.0.0.1.evil.example" }, 421],
  ["its own page", { host: "router.lan", origin: "http://router.lan" }, 200],
  ["another site's page", { origin: "https://evil.example" }, 403],
  ["another port's page", { host: "router.lan", origin: "http://router.lan:8080" }, 403],
  ["a page without an origin", { origin: "null" }, 403],
  ["another site's image", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }, 403],
  ["another site's link", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }, 200],
])("asked by %s", async (_, headers, code) => {
  const { port } = await openSite(folder);
  const answer = await ask(port, { path: "/api/v1/status", ...(headers === undefined ? {} : { headers }) });
  expect(answer.code).toBe(code);
  if (code !== 200) expect(answer.headers["content-type"]).toBe("application/problem+json");
});

test("an address other than loopback is not served without a password", async () => {
  const { server, complaints } = await openSite(folder, { web: { listen: { host: "0.0.0.0", port: 8380 } } });
  expect(server.problem()).toMatch(/until there is a password/);
  expect(complaints).toHaveLength(1);
});

test("a port that is taken is complained of once, and taken when it is free", async () => {
  const blocker = createServer((request) => request.destroy()).listen(0, "127.0.0.1");
  onTestFinished(() => void blocker.close());
  await until(() => blocker.listening);
  const address = blocker.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const { server, complaints } = await openSite(folder, { web: { listen: { host: "127.0.0.1", port } } });
  await until(() => server.problem() !== null);
  expect(complaints).toEqual([expect.stringContaining("EADDRINUSE")]);
  blocker.close();
  await until(() => server.problem() === null, 12_000);
  expect((await ask(port, { path: "/healthz" })).code).toBe(200);
  expect(complaints).toHaveLength(1);
});

test("a config that moves it is followed, and one that turns it off too", async () => {
  const { server, port } = await openSite(folder);
  server.configure({ listen: { host: "127.0.0.2", port }, hosts: [], tls: null });
  await until(() =>
    ask(port, { path: "/healthz" }).then(
      () => false,
      () => true,
    ),
  );
  const moved = connect(port, "127.0.0.2");
  await until(() => moved.readyState === "open");
  server.configure({ listen: null, hosts: [], tls: null });
  await until(() => moved.closed);
});

test("the description names every route, and all of its forms", async () => {
  const { port } = await openSite(folder);
  const { openapi, paths } = JSON.parse((await ask(port, { path: "/api/openapi.json" })).text);
  expect(openapi).toBe("3.1.0");
  expect(Object.keys(paths)).toContain("/api/v1/status");
  expect(paths["/api/v1/use"].post.requestBody.content["application/json"].schema.required).toEqual(["uplink"]);
});
