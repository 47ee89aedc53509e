import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runDoctor } from "../../src/action/doctor.ts";
import { enterNamespace, type Namespace } from "../fake/namespace.ts";

const folder = mkdtempSync(join(tmpdir(), "wan-failover-doctor-"));
const configPath = join(folder, "config.yaml");
const directories = { runtime: folder, state: folder, configuration: folder };

let space: Namespace;

beforeAll(() => {
  space = enterNamespace();
  space.ip("link", "add", "wan0", "type", "veth", "peer", "name", "far0");
  space.ip("link", "set", "wan0", "up");
  space.ip("link", "set", "far0", "up");
  space.ip("address", "add", "203.0.113.2/30", "dev", "wan0");
  space.ip("route", "add", "default", "via", "203.0.113.1", "dev", "wan0", "metric", "100");
  writeFileSync("/proc/sys/net/ipv4/ip_forward", "1");
});

afterAll(() => {
  space.dispose();
  rmSync(folder, { recursive: true });
});

const doctor = async (config: string, json = false) => {
  writeFileSync(configPath, config);
  const written: string[] = [];
  const output = { write: (text: string) => void written.push(text) };
  const code = await runDoctor({ configPath, directories, json, output });
  return { code, text: written.join("\n") };
};

test("notes alone exit with 0", async () => {
  const { code, text } = await doctor("uplinks: [{ name: fiber, interface: wan0, ipv6: { method: none } }]");
  expect(text).toContain("note: The daemon is not running");
  expect(text).toMatch(/\n1 note; \d+ checks passed\.\n/);
  expect(code).toBe(0);
});

test("an error exits with 1, and programs get the findings as JSON", async () => {
  const { code, text } = await doctor("uplinks: [{ name: fiber, interface: wan9, ipv6: { method: none } }]", true);
  const { config, findings, passed } = JSON.parse(text);
  expect(code).toBe(1);
  expect(config).toEqual({ file: configPath, issues: [] });
  expect(findings).toContainEqual(expect.objectContaining({ level: "error", code: "interface-missing" }));
  expect(passed).toContainEqual({ topic: "This program", title: "nftables" });
});

test("a bad config is told first, and the rest is examined all the same", async () => {
  const { code, text } = await doctor("uplinks: [{ name: fiber }]\n");
  expect(code).toBe(1);
  expect(text).toMatch(/^Config\n {2}error: /);
  expect(text).toContain(`${configPath}:1:11 uplinks[0]: has neither an interface nor a gateway`);
  expect(text).toContain("The daemon is not running");
});
