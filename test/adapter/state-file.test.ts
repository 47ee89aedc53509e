import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readState, writeState } from "../../src/adapter/file/state-file.ts";

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "wan-failover-test-"));
  path = join(folder, "run", "state.json");
});

afterEach(() => rmSync(folder, { recursive: true }));

test("what was written is read, and its folder is made", () => {
  const state = { fiber: { penalty: 1.5, down: false }, text: "ä\n" };
  expect(writeState(path, state)).toBeNull();
  expect(readState(path)).toEqual({ state, problem: null });
  expect(readdirSync(join(folder, "run"))).toEqual(["state.json"]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("no file is no state and no problem", () => {
  expect(readState(path)).toEqual({ state: null, problem: null });
});

test("a state from before the last boot is dropped", () => {
  writeState(path, { penalty: 1 });
  writeFileSync(path, readFileSync(path, "utf8").replace(/"bootId":"./, '"bootId":"x'));
  expect(readState(path)).toEqual({ state: null, problem: null });
});

test.each(["", "{", "null", "4", '"text"', "[]", "{}", "\0\0\0\0"])("a file that holds %j is no state", (content) => {
  mkdirSync(join(folder, "run"));
  writeFileSync(path, content);
  expect(readState(path).state).toBeNull();
});

test("a file cut short is a problem in words", () => {
  writeState(path, { penalty: 1 });
  writeFileSync(path, readFileSync(path, "utf8").slice(0, -4));
  expect(readState(path).problem).toMatch(/^The state file .*state\.json is ignored: /);
});

test("what can't be read or written is a problem in words", () => {
  mkdirSync(join(path, "occupied"), { recursive: true });
  expect(readState(path).problem).toContain("EISDIR");
  expect(writeState(path, {})).toMatch(/^The state file .*state\.json can't be written: /);
  expect(existsSync(`${path}.new`)).toBe(false);
});
