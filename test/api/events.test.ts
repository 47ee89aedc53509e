import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { EVENTS } from "../../src/api/event-schema.ts";
import { openEventHub } from "../../src/api/events.ts";
import type { Status } from "../../src/core/status.ts";
import { until } from "../adapter/until.ts";
import { healthy } from "../cli/fixture.ts";
import { follow } from "./follower.ts";
import { openSite, temporaryFolder } from "./site.ts";

const folder = temporaryFolder();

const news = (text: string) =>
  ({ importance: "info", text, report: { kind: "portal-gone", uplink: "lte", family: "ipv4" } }) as const;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test("a follower is greeted with what is, and told what happens at once, by the schemas", async () => {
  const { server, port } = await openSite(folder);
  const begun = performance.now();
  const follower = await follow(port);
  const { data } = await follower.next("status");
  expect(performance.now() - begun).toBeLessThan(200);
  expect(follower.events.map(({ event }) => event)).toEqual(["hello", "status"]);
  expect(EVENTS.hello.parse(follower.events[0]?.data).version).toBe("development");
  expect(EVENTS.status.parse(data).status).toEqual(healthy);
  server.report(news("lte is up"));
  expect(EVENTS.report.parse((await follower.next("report")).data)).toMatchObject(news("lte is up"));
});

test("a status goes out when more than ages changed, and once a second at the most", async () => {
  let calls = 0;
  let pin: string | null = null;
  const status = (): Status => {
    calls += 1;
    const ipv4 = { ...healthy.families.ipv4, sinceMs: calls };
    const rehearsal = { uplink: "lte", ageMs: calls, problems: [] };
    return { ...healthy, pin, rehearsal, families: { ...healthy.families, ipv4 } };
  };
  const { port, server } = await openSite(folder, { status });
  const follower = await follow(port);
  await until(() => calls >= 4);
  // The greeting, and the first look, which has nothing to compare with.
  const count = () => follower.events.filter(({ event }) => event === "status").length;
  const before = count();
  expect(before).toBeLessThanOrEqual(2);
  pin = "lte";
  for (let index = 0; index < 20; index += 1) server.report(news(String(index)));
  await until(() => count() > before);
  expect(follower.events.filter(({ event }) => event === "report")).toHaveLength(20);
  expect(follower.events.at(-1)?.data.status).toMatchObject({ pin: "lte" });
  await pause(500);
  expect(count()).toBe(before + 1);
});

test("who was away is told what happened meanwhile, or that nobody knows", async () => {
  const { port, server } = await openSite(folder);
  for (const text of ["one", "two", "three"]) server.report(news(text));
  const { id = "" } = await (await follow(port)).next("status");
  expect(id).toMatch(/-3$/);
  const back = await follow(port, { "last-event-id": id.replace(/3$/, "1") });
  expect((await back.next("status")).id).toBe(id);
  expect(back.events.map(({ event, data }) => data.text ?? event)).toEqual(["hello", "two", "three", "status"]);
  for (const unknown of ["another-1", "", id.replace(/3$/, "99"), "%00", id.replace(/3$/, "1e0")]) {
    const stranger = await follow(port, { "last-event-id": unknown });
    await stranger.next("status");
    expect(stranger.events.map(({ event }) => event)).toEqual(["hello", "gap", "status"]);
  }
});

test("who was away for more than is kept is told of a gap", async () => {
  const { port, server } = await openSite(folder);
  server.report(news("first"));
  const { id = "" } = await (await follow(port)).next("status");
  for (let index = 0; index < 300; index += 1) server.report(news("more"));
  const back = await follow(port, { "last-event-id": id });
  await back.next("gap");
});

test("for a follower that reads nothing a bounded number of octets waits, and it is cut off when it has missed too much", async () => {
  const hub = openEventHub({ version: "1", startedAt: new Date().toISOString(), status: () => healthy });
  const responses: ServerResponse[] = [];
  const server = createServer((_, response) => {
    responses.push(response);
    hub.open(response, { lastId: undefined, isWelcome: () => true });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1").pause();
  onTestFinished(() => void socket.destroy());
  socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  await until(() => responses.length === 1);
  const [response] = responses;
  let most = 0;
  // What the kernel takes off our hands is not ours to bound: some megabytes.
  await until(() => {
    for (let index = 0; index < 100; index += 1) hub.report(news("x".repeat(1000)));
    most = Math.max(most, response?.writableLength ?? 0);
    return response?.destroyed ?? false;
  });
  expect(most).toBeGreaterThan(64 * 1024);
  expect(most).toBeLessThan(64 * 1024 + 256 * 1200);
});

test("the 257th follower is refused with a problem", async () => {
  const { port } = await openSite(folder);
  const followers = await Promise.all(Array.from({ length: 256 }, () => follow(port)));
  const { response } = await follow(port);
  expect([response.statusCode, response.headers["content-type"]]).toEqual([503, "application/problem+json"]);
  for (const { leave } of followers) leave();
  await until(async () => (await follow(port)).response.statusCode === 200);
});
