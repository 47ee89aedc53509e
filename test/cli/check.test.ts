import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runCheck } from "../../src/cli/check.ts";

const folder = mkdtempSync(join(tmpdir(), "wan-failover-check-"));
afterAll(() => rmSync(folder, { recursive: true }));

const path = join(folder, "config.yaml");

const check = (content: string, json = false) => {
  writeFileSync(path, content);
  const written: string[] = [];
  const complained: string[] = [];
  const output = { write: (text: string) => written.push(text), complain: (text: string) => complained.push(text) };
  return { code: runCheck({ path, json, output }), written, complained };
};

test("a valid config is summed up", () => {
  expect(check("uplinks:\n  - { name: fiber, interface: eth0 }\n  - { name: lte, interface: wwan0 }\n")).toEqual({
    code: 0,
    written: [
      `${path} is valid: traffic takes fiber (eth0), else lte (wwan0). It comes back by itself, 10m after a failover at the earliest.`,
    ],
    complained: [],
  });
});

test("uplinks that share traffic are shown with their weights", () => {
  const { written } = check(
    "uplinks:\n  - { name: a, interface: x, tier: 1, weight: 3 }\n  - { name: b, interface: y, tier: 1 }\n",
  );
  expect(written).toEqual([`${path} is valid: traffic takes a (x) and b (y) at 3:1.`]);
});

test("what is steered is shown with where it ends up", () => {
  const { written } = check(
    "uplinks: [{ name: a, interface: x }]\nsteer:\n  - { name: web, ports: [80], over: [a] }\n  - { name: sip, ports: [5060], over: [a], otherwise: refuse }\n",
  );
  expect(written).toEqual([
    `${path} is valid: traffic takes a (x). Steered: web over a, else with the rest; sip over a, else nowhere.`,
  ]);
});

test("mistakes go to standard error with their places, and the exit code is 2", () => {
  expect(check("uplinks:\n  - name: fiber\n    interfce: eth0\n")).toEqual({
    code: 2,
    written: [],
    complained: [
      `${path}:2:5 uplinks[0]: has neither an interface nor a gateway → name an interface, such as \`interface: eth0\`, or give \`ipv4: { gateway: 192.168.1.254 }\`\n` +
        `${path}:3:5 uplinks[0].interfce: is unknown → did you mean interface?`,
    ],
  });
});

test("programs get the same as JSON on standard output", () => {
  const { code, written } = check("uplinks: []", true);
  expect(code).toBe(2);
  expect(JSON.parse(written.join(""))).toEqual({
    file: path,
    valid: false,
    code: "config-invalid",
    detail: `${path} has a mistake`,
    issues: [{ path: "uplinks", line: 1, column: 10, message: "has too few entries", remedy: "list 1 to 31" }],
  });
  expect(JSON.parse(check("uplinks: [{ name: a, interface: b }]", true).written.join(""))).toEqual({
    file: path,
    valid: true,
    summary: "traffic takes a (b).",
  });
});

test("a file that isn't there is told with what to do", () => {
  const complained: string[] = [];
  const output = { write: () => {}, complain: (text: string) => complained.push(text) };
  expect(runCheck({ path: join(folder, "none"), json: false, output })).toBe(2);
  expect(complained).toEqual([
    `wan-failover: ${join(folder, "none")} doesn't exist. Name another file, or create it: \`wan-failover init\` proposes one.`,
  ]);
});
