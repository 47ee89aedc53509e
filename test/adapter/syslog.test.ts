import { createSocket } from "node:dgram";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { bindSocket, closeSocket, openSocket, receive } from "../../src/adapter/libc/libc.ts";
import { AF_UNIX, SOCK_DGRAM } from "../../src/adapter/libc/linux.ts";
import { openSyslog } from "../../src/adapter/service/syslog.ts";
import { parseSyslog } from "../../src/config/value/syslog.ts";

test("the local daemon hears each line with its priority, also one that was started later", () => {
  const folder = mkdtempSync(join(tmpdir(), "wan-failover-test-"));
  const daemon = openSocket({ domain: AF_UNIX, type: SOCK_DGRAM, protocol: 0 });
  onTestFinished(() => {
    closeSocket(daemon);
    rmSync(folder, { recursive: true });
  });
  const path = join(folder, "log");
  const syslog = openSyslog("local", path);
  syslog("info", "nobody hears this");
  bindSocket(daemon, Buffer.concat([Buffer.from([AF_UNIX, 0]), Buffer.from(`${path}\0`)]));
  syslog("error", "fiber is down\nrebooting");
  const buffer = Buffer.alloc(512);
  const length = receive(daemon, buffer);
  expect(buffer.toString("utf8", 0, length)).toBe(`<27>wan-failover[${process.pid}]: fiber is down\\nrebooting`);
});

test("one on the network gets RFC 5424", async () => {
  const daemon = createSocket("udp4");
  onTestFinished(() => void daemon.close());
  await new Promise<void>((resolve) => daemon.bind(0, "127.0.0.1", resolve));
  const heard = new Promise<string>((resolve) => daemon.once("message", (bytes) => resolve(bytes.toString())));
  openSyslog({ address: "127.0.0.1", port: daemon.address().port })("info", "fiber → lte");
  expect(await heard).toMatch(
    /^<30>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [!-~]+ wan-failover \d+ - - \ufefffiber → lte$/u,
  );
});

test.each([
  ["none", "none"],
  ["local", "local"],
  ["udp://192.0.2.1", { address: "192.0.2.1", port: 514 }],
  ["udp://[2001:DB8::1]:1514", { address: "2001:db8::1", port: 1514 }],
  ["udp://log.example.net", null],
  ["udp://192.0.2.1:0", null],
  ["tcp://192.0.2.1", null],
])("%s is understood, or is none", (text, target) => {
  expect(parseSyslog(text)).toEqual(target);
});
