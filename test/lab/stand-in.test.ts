import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openLab } from "./bare.ts";

/** Stands in for the daemon: what the lab itself needs of one. */
const STAND_IN = `#!/usr/bin/env node
const { createServer } = require("node:http");
const { readFileSync, rmSync } = require("node:fs");
const socket = process.env.RUNTIME_DIRECTORY + "/api.sock";
if (process.argv[2] !== "run") { console.log(process.argv.slice(2).join(" ")); process.exit(3); }
const config = JSON.parse(readFileSync(process.argv[4], "utf8"));
console.error("started " + config.mood);
if (config.mood === "bad") process.exit(1);
rmSync(socket, { force: true });
createServer((request, response) => {
  request.resume().on("end", () => response.end(JSON.stringify({ url: request.url, method: request.method })));
}).listen(socket);
process.on("SIGTERM", () => process.exit(7));
`;

describe("the daemon in the lab", () => {
  const standIn = async (): Promise<string> => {
    const directory = await mkdtemp(join(tmpdir(), "wf-stand-in-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    await writeFile(join(directory, "daemon"), STAND_IN, { mode: 0o755 });
    return join(directory, "daemon");
  };

  test("is started, asked, ordered, stopped, killed and started again", async () => {
    const [lab, command] = [await openLab(), await standIn()];
    const daemon = await lab.startDaemon({ config: { mood: "good" }, command });
    expect(daemon.log()).toBe("started good\n");
    expect(await daemon.status()).toEqual({ url: "/api/v1/status", method: "GET" });
    expect((await daemon.call("/api/v1/test", {})).body).toContain("POST");
    expect(await daemon.cli("use", "auto")).toEqual({ code: 3, stdout: "use auto\n", stderr: "" });
    expect(await daemon.stop()).toEqual({ code: 7, signal: null });
    const next = await lab.startDaemon({ config: '{ "mood": "better" }', command });
    expect(await next.kill9()).toEqual({ code: null, signal: "SIGKILL" });
    await expect(next.status()).rejects.toThrow();
  });

  test("that can't start says why", async () => {
    const [lab, command] = [await openLab(), await standIn()];
    await expect(lab.startDaemon({ config: { mood: "bad" }, command })).rejects.toThrow("started bad");
  });
});
