import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { until } from "./until.ts";

/** The login that a broker takes. */
export const LOGIN = { user: "wan", password: "s3cret pass" } as const;

/** A real mosquitto on loopback, and what its subscriber to everything has heard: `TOPIC RETAINED PAYLOAD`, a line each. */
export const openBroker = async (): Promise<{
  port: number;
  heard(): readonly string[];
  end(): Promise<void>;
  begin(): Promise<void>;
}> => {
  const folder = mkdtempSync(join(tmpdir(), "wf-broker-"));
  const port = await freePort();
  const passwords = join(folder, "passwords");
  execFileSync("mosquitto_passwd", ["-c", "-b", passwords, LOGIN.user, LOGIN.password], { stdio: "ignore" });
  const config = join(folder, "mosquitto.conf");
  const user = process.getuid?.() === 0 ? "user root\n" : "";
  writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous false\npassword_file ${passwords}\n${user}`);
  const children = new Set<ReturnType<typeof spawn>>();
  const run = (command: string, args: readonly string[], onText: (text: string) => void): void => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    children.add(child);
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => onText(String(chunk)));
  };
  const end = async (): Promise<void> => {
    const gone = [...children].map((child) => once(child, "close"));
    for (const child of children) child.kill("SIGKILL");
    children.clear();
    await Promise.all(gone);
  };
  let heard = "";
  const begin = async (): Promise<void> => {
    let said = "";
    run("/usr/sbin/mosquitto", ["-v", "-c", config], (text) => {
      said += text;
    });
    await until(() => said.includes("Opening ipv4 listen socket"));
    const login = ["-u", LOGIN.user, "-P", LOGIN.password];
    run("mosquitto_sub", ["-p", String(port), ...login, "-t", "#", "-F", "%t %r %p"], (text) => {
      heard += text;
    });
    await until(() => said.includes("Sending SUBACK"));
  };
  onTestFinished(async () => {
    await end();
    rmSync(folder, { recursive: true, force: true });
  });
  await begin();
  return { port, heard: () => heard.split("\n").filter((line) => line !== ""), end, begin };
};

/** Nobody else takes a port that was free a moment ago, or the broker says so. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
