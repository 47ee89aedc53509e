import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openRehearsalDay } from "../../src/daemon/rehearsal-day.ts";

const openFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "wan-failover-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
};

const open = (path: string) =>
  openRehearsalDay(path, (problem) => {
    throw new Error(problem);
  });

test("the day of the last rehearsal is there after a reboot, and written once", async () => {
  const path = join(openFolder(), "rehearsal.json");
  const first = open(path);
  expect(first.last()).toBeNull();
  first.note(null);
  first.note(20_783);
  await expect.poll(() => open(path).last()).toBe(20_783);
  const { ino } = statSync(path);
  first.note(20_783);
  first.note(null);
  expect(first.last()).toBe(20_783);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(statSync(path).ino).toBe(ino);
});

test("a damaged file is as good as none", () => {
  const path = join(openFolder(), "rehearsal.json");
  writeFileSync(path, '"x"');
  expect(open(path).last()).toBeNull();
});
