import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { endHolder, holderOf, isSystemdUnit, systemctl } from "../../src/adapter/process/daemon-process.ts";
import { until } from "./until.ts";

const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), "wf-process-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
};

const LISTENER = 'require("net").createServer().listen(process.argv[1])';

const listenOn = (socket: string) => {
  const child = spawn(process.execPath, ["-e", LISTENER, socket], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
};

test("who listens on a socket is found by the socket, and ended even when it hangs", { timeout: 30_000 }, async () => {
  const socket = join(folder(), "api.sock");
  expect(holderOf(socket)).toBeNull();
  const child = listenOn(socket);
  await until(() => holderOf(socket) === child.pid);
  expect(await endHolder(socket, child.pid ?? 0)).toEqual({ killed: false });
  expect(holderOf(socket)).toBeNull();
  rmSync(socket, { force: true });
  const other = listenOn(socket);
  await until(() => holderOf(socket) === other.pid);
  other.kill("SIGSTOP");
  expect(await endHolder(socket, other.pid ?? 0)).toEqual({ killed: true });
});

test("systemd is in charge only where it runs and has the unit", () => {
  const root = folder();
  expect(isSystemdUnit(root)).toBe(false);
  mkdirSync(join(root, "etc/systemd/system"), { recursive: true });
  writeFileSync(join(root, "etc/systemd/system/wan-failover.service"), "");
  expect(isSystemdUnit(root)).toBe(false);
  mkdirSync(join(root, "run/systemd/system"), { recursive: true });
  expect(isSystemdUnit(root)).toBe(true);
});

test("systemctl is told the verb, and its exit code is what counts", () => {
  const place = folder();
  writeFileSync(join(place, "systemctl"), `#!/bin/sh\necho "$*" > ${place}/told\nexit 3\n`);
  chmodSync(join(place, "systemctl"), 0o755);
  const path = process.env.PATH;
  onTestFinished(() => {
    process.env.PATH = path;
  });
  process.env.PATH = `${place}:${path}`;
  expect(systemctl("restart")).toBe(3);
  expect(readFileSync(join(place, "told"), "utf8")).toBe("restart wan-failover.service\n");
});
