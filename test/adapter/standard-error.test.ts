import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { pause } from "../../lab/clock.ts";
import { closeSocket, connectSocket, openSocket } from "../../src/adapter/libc/libc.ts";
import { AF_UNIX, SOCK_STREAM } from "../../src/adapter/libc/linux.ts";
import { unixAddress } from "../../src/adapter/libc/unix-address.ts";
import { type LineSink, openStandardError } from "../../src/adapter/standard-error.ts";
import { openDisk } from "../fake/disk.ts";
import { until } from "./until.ts";

const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), "wan-failover-log-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
};

/** More than any buffer between us and a reader holds. */
const LINES = 20_000;

const flood = (sink: LineSink): number => {
  let taken = 0;
  for (let count = 0; count < LINES; count += 1) if (sink(`a line of the log, number ${count}\n`)) taken += 1;
  return taken;
};

const firstLines = (count: number): string =>
  Array.from({ length: count }, (_, index) => `a line of the log, number ${index}\n`).join("");

test("a pipe that nobody reads takes whole lines as long as it has room, and more once it is read", () => {
  const path = join(folder(), "pipe");
  execFileSync("mkfifo", [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  // As a shell gives it to a service: one that waits.
  const sink = openStandardError(openSync(path, "w"));
  const taken = flood(sink);
  expect(taken).toBeGreaterThan(500);
  expect(taken).toBeLessThan(LINES);
  const buffer = Buffer.alloc(1024 * 1024);
  expect(buffer.toString("utf8", 0, readSync(reader, buffer))).toBe(firstLines(taken));
  expect(sink(`${"x".repeat(10_000)}\n`)).toBe(true);
  expect(buffer.toString("utf8", 0, readSync(reader, buffer))).toBe(`${"x".repeat(4095)}\n`);
});

test("a socket that nobody reads, as a journal that hangs, holds up nobody", async () => {
  const path = join(folder(), "socket");
  const server = createServer({ pauseOnConnect: true }).listen(path);
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const fd = openSocket({ domain: AF_UNIX, type: SOCK_STREAM, protocol: 0 });
  onTestFinished(() => closeSocket(fd));
  connectSocket(fd, unixAddress(path) ?? new Uint8Array());
  const [reader] = (await once(server, "connection")) as [Socket];
  const taken = flood(openStandardError(fd));
  expect(taken).toBeGreaterThan(100);
  expect(taken).toBeLessThan(LINES);
  let heard = "";
  reader.on("data", (chunk: Buffer) => {
    heard += chunk.toString();
  });
  reader.resume();
  await until(() => heard.length >= firstLines(taken).length);
  expect(heard).toBe(firstLines(taken));
  reader.destroy();
});

test("a file on a disk that hangs holds up nobody, and gets what waited", async () => {
  const disk = openDisk();
  const file = join(disk.path, "log");
  const sink = openStandardError(openSync(file, "a"));
  expect(sink("before\n")).toBe(true);
  await until(() => readFileSync(file, "utf8") === "before\n");
  disk.freeze();
  const taken = flood(sink);
  await pause(300);
  disk.thaw();
  expect(taken).toBeGreaterThan(500);
  expect(taken).toBeLessThan(LINES);
  await until(() => readFileSync(file, "utf8") === `before\n${firstLines(taken)}`);
});
