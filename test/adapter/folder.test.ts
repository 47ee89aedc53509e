import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeFolder, makeFolderNow } from "../../src/adapter/file/folder.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "wan-failover-folder-"));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const WAYS = [
  ["in the background", makeFolder],
  ["at once", async (path: string, mode?: number) => makeFolderNow(path, mode)],
] as const;

test.each(WAYS)("%s, a folder is made with those above it, and again without an error", async (_way, make) => {
  const path = join(root, "a", "b", "c");
  await make(path, 0o750);
  await make(path, 0o750);
  expect(statSync(path).mode & 0o777).toBe(0o750);
  expect(statSync(join(root, "a")).mode & 0o777).toBe(0o750);
});

test.each(WAYS)("%s, where nothing can be made it ends with the system's words", async (_way, make) => {
  await expect(make("/proc/wan-failover/state")).rejects.toMatchObject({ code: "ENOENT" });
  await expect(make("/proc/self/status/state")).rejects.toMatchObject({ code: "ENOTDIR" });
});
