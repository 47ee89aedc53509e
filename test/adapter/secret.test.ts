import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openKeptFile } from "../../src/adapter/file/kept-file.ts";
import { readSecret, withoutSecrets } from "../../src/adapter/file/secret.ts";

const folder = mkdtempSync(join(tmpdir(), "wan-failover-secret-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a secret is a file's first line, or what the config says", async () => {
  const path = join(folder, "password");
  writeFileSync(path, "p@ss word\r\nsecond line\n");
  expect(await readSecret({ kind: "file", path })).toBe("p@ss word");
  expect(await readSecret({ kind: "text", text: "abc" })).toBe("abc");
});

test("a file without a secret is said by its name", async () => {
  const path = join(folder, "empty");
  writeFileSync(path, "\n");
  await expect(readSecret({ kind: "file", path })).rejects.toThrow(`${path} is empty`);
  await expect(readSecret({ kind: "file", path: join(folder, "no") })).rejects.toThrow("can't be read (ENOENT)");
});

test("no spelling of a secret is shown", () => {
  const text = "535 p@ss is wrong, cEBzcw== too, and p%40ss";
  expect(withoutSecrets(text, ["p@ss", ""])).toBe("535 … is wrong, … too, and …");
});

test("of many values only the newest is sure to be kept, for root alone", async () => {
  const path = join(folder, "state", "outbox.json");
  const complaints: string[] = [];
  const file = openKeptFile({ path, what: "It", complain: (problem) => complaints.push(problem) });
  expect(file.read()).toBeNull();
  for (let value = 0; value <= 100; value += 1) file.write({ value });
  await expect.poll(() => file.read()).toEqual({ value: 100 });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(complaints).toEqual([]);
});

test("a disk that refuses is told, and a damaged file is as good as none", async () => {
  const path = join(folder, "taken");
  mkdirSync(join(path, "x"), { recursive: true });
  const complaints: string[] = [];
  openKeptFile({ path, what: "It", complain: (problem) => complaints.push(problem) }).write(1);
  await expect.poll(() => complaints.join()).toMatch(/can't be kept: .*taken/);
  const damaged = join(folder, "damaged");
  writeFileSync(damaged, '{"version":');
  expect(openKeptFile({ path: damaged, what: "It", complain: () => {} }).read()).toBeNull();
  expect(readFileSync(damaged, "utf8")).toBe('{"version":');
});
