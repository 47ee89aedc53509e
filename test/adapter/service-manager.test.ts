import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { bindSocket, closeSocket, openSocket, receive } from "../../src/adapter/libc/libc.ts";
import { AF_UNIX, SOCK_DGRAM } from "../../src/adapter/libc/linux.ts";
import { openServiceManager } from "../../src/adapter/service/service-manager.ts";

let folder: string;
let manager: number;

const listen = (name: string): void => {
  bindSocket(manager, Buffer.concat([Buffer.from([AF_UNIX, 0]), Buffer.from(name)]));
};

const heard = (): string | null => {
  const buffer = Buffer.alloc(512);
  const length = receive(manager, buffer);
  return length < 0 ? null : buffer.toString("utf8", 0, length);
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "wan-failover-test-"));
  manager = openSocket({ domain: AF_UNIX, type: SOCK_DGRAM, protocol: 0 });
});

afterEach(() => {
  closeSocket(manager);
  rmSync(folder, { recursive: true });
});

test("all that can be said arrives, at a path", () => {
  const path = join(folder, "notify");
  listen(`${path}\0`);
  const service = openServiceManager({ NOTIFY_SOCKET: path });
  service.ready();
  service.status("fiber carries IPv4\nREADY=1");
  service.alive();
  service.reloading();
  service.stopping();
  expect([heard(), heard(), heard()]).toEqual(["READY=1", "STATUS=fiber carries IPv4 READY=1", "WATCHDOG=1"]);
  expect(heard()).toMatch(/^RELOADING=1\nMONOTONIC_USEC=\d+$/);
  expect([heard(), heard()]).toEqual(["STOPPING=1", null]);
});

test("an abstract socket works too", () => {
  const name = `wan-failover-test-${process.pid}`;
  listen(`\0${name}`);
  openServiceManager({ NOTIFY_SOCKET: `@${name}` }).ready();
  expect(heard()).toBe("READY=1");
});

test.each([
  {},
  { NOTIFY_SOCKET: "" },
  { NOTIFY_SOCKET: "vsock:2:1" },
  { NOTIFY_SOCKET: "/nowhere/notify" },
  { NOTIFY_SOCKET: `/${"x".repeat(200)}` },
])("without a manager that can be reached (%j) nothing happens", (environment) => {
  expect(() => openServiceManager(environment).ready()).not.toThrow();
});

test.each([
  [{ WATCHDOG_USEC: "10000000" }, 5000],
  [{ WATCHDOG_USEC: "10000000", WATCHDOG_PID: String(process.pid) }, 5000],
  [{ WATCHDOG_USEC: "10000000", WATCHDOG_PID: "1" }, null],
  [{ WATCHDOG_USEC: "nonsense" }, null],
  [{}, null],
])("with %j the interval is %j", (environment, interval) => {
  expect(openServiceManager(environment).aliveIntervalMs).toBe(interval);
});
