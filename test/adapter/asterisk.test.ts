import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { askAsterisk } from "../../src/adapter/service/asterisk.ts";
import type { AsteriskAccess } from "../../src/core/settings.ts";

const AMI = fileURLToPath(new URL("../lab/ami.mjs", import.meta.url));
const PORT = 15_038;

const folder = mkdtempSync(join(tmpdir(), "wan-failover-asterisk-"));
afterAll(() => rmSync(folder, { recursive: true }));

const placed = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const program = (name: string, text: string): AsteriskAccess => {
  const path = placed(name, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return { kind: "program", path };
};

const ask = (access: AsteriskAccess, question: "calls" | "register" = "calls") =>
  askAsterisk({ kind: "ask-asterisk", question, access });

const answered = (calls: number, problem: string | null = null) => ({
  kind: "asterisk-answered",
  question: "calls",
  calls,
  problem,
});

describe("Asterisk's program", () => {
  test.each([
    ["0 active channels\n0 active calls\n12 calls processed", 0],
    ["2 active channels\n1 active call\n13 calls processed", 1],
    ["24 active channels\n12 active calls\n90 calls processed", 12],
  ])("says %j", async (text, calls) => {
    const access = program("asterisk", `[ "$1 $2" = "-rx core show channels count" ] && echo "${text}"`);
    expect(await ask(access)).toEqual(answered(calls));
  });

  test("is told to register, in these words", async () => {
    const access = program("register", `[ "$2" = "pjsip send register *all" ] || exit 1`);
    expect(await ask(access, "register")).toMatchObject({ question: "register", problem: null });
  });

  test("that is missing, not running, hangs or says something else is a problem and no calls", async () => {
    expect(await ask({ kind: "program", path: join(folder, "none") })).toMatchObject({ calls: 0 });
    const words = "Unable to connect to remote asterisk (does /var/run/asterisk/asterisk.ctl exist?)";
    expect(await ask(program("down", `echo "${words}" >&2; exit 1`))).toEqual(answered(0, words));
    expect(await ask(program("odd", "echo hello"))).toMatchObject({ problem: expect.stringContaining("doesn't say") });
    expect(await ask(program("hangs", "sleep 100"))).toMatchObject({
      problem: expect.stringContaining("did not end within 5 s"),
    });
  });
});

describe("the manager interface", () => {
  const access = (secret: string, port = PORT): AsteriskAccess => ({
    kind: "manager",
    host: "127.0.0.1",
    port,
    user: "wan-failover",
    secretFile: placed("secret", `${secret}\n`),
  });

  const listening = (port: number, greeting: string) =>
    new Promise<void>((resolve) => {
      const server = createServer((socket) => {
        socket.on("error", () => {});
        socket.write(greeting);
      }).listen(port, "127.0.0.1", resolve);
      onTestFinished(() => void server.close());
    });

  test("says how many calls there are, registers, and refuses a wrong secret without its being told", async () => {
    const calls = placed("calls", "2\n");
    const server = spawn(process.execPath, [AMI, String(PORT), "s3cret", calls], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void server.kill());
    let said = "";
    server.stdout.on("data", (chunk) => {
      said += chunk;
    });
    await expect.poll(() => said).toContain("ready");
    expect(await ask(access("s3cret"))).toEqual(answered(2));
    writeFileSync(calls, "0\n");
    expect(await ask(access("s3cret"))).toEqual(answered(0));
    expect(await ask(access("s3cret"), "register")).toMatchObject({ problem: null });
    expect(said).toContain("Command pjsip send register *all\n");
    expect(await ask(access("wr0ng"))).toEqual(answered(0, `127.0.0.1:${PORT}: Authentication failed`));
    expect(await ask(access("a\tb\rAction: Originate"))).toMatchObject({ calls: 0 });
    expect(said).not.toContain("Originate");
  });

  test("that isn't there, never answers or talks without end is a problem and no calls", async () => {
    expect(await ask(access("x", 9))).toMatchObject({ calls: 0, problem: expect.stringContaining("ECONNREFUSED") });
    await listening(PORT + 1, "Asterisk Call Manager/9.0.0\r\n");
    expect(await ask(access("x", PORT + 1))).toEqual(
      answered(0, `127.0.0.1:${PORT + 1}: it did not answer within 5 s`),
    );
    await listening(PORT + 2, "x".repeat(100_000));
    expect(await ask(access("x", PORT + 2))).toEqual(answered(0, `127.0.0.1:${PORT + 2}: it closed the connection`));
  });
});
