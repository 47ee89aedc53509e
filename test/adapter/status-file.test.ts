import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openStatusFile } from "../../src/daemon/status-file.ts";
import { failedOver, healthy } from "../cli/fixture.ts";
import { until } from "./until.ts";

const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), "wf-status-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
};

const textOf = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};

test("the status file is replaced only when something in it has changed", async () => {
  const path = join(folder(), "status");
  const problems: string[] = [];
  const file = openStatusFile({ path, complain: (problem) => problems.push(problem) });
  file.update(() => healthy);
  await until(() => textOf(path).includes("WAN Link: PRIMARY\n"));
  const { ino } = statSync(path);
  for (let again = 0; again < 100; again += 1) file.update(() => ({ ...healthy, summary: `${again}` }));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(statSync(path).ino).toBe(ino);
  file.update(() => failedOver);
  await until(() => textOf(path).includes("WAN Link: SECONDARY\n"));
  expect(statSync(path).ino).not.toBe(ino);
  expect(problems).toEqual([]);
});

test("of many changes while the disk is busy the last is written", async () => {
  const path = join(folder(), "status");
  const file = openStatusFile({ path, complain: () => {} });
  for (let turn = 0; turn < 20; turn += 1) file.update(() => (turn % 2 === 0 ? healthy : failedOver));
  file.update(() => healthy);
  await until(() => textOf(path).includes("PRIMARY"));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(textOf(path)).toContain("WAN Link: PRIMARY");
});

test("a place that can't be written is said once, and tried again with the next change", async () => {
  const place = folder();
  const problems: string[] = [];
  const file = openStatusFile({ path: join(place, "nowhere/status"), complain: (problem) => problems.push(problem) });
  file.update(() => healthy);
  await until(() => problems.length === 1);
  file.update(() => failedOver);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(problems).toEqual([expect.stringMatching(/^The file .*nowhere\/status can't be written: ENOENT/)]);
  file.moveTo(join(place, "status"));
  file.update(() => failedOver);
  await until(() => textOf(join(place, "status")).includes("WAN Link: SECONDARY"));
});

test("without a place nothing is read or written", () => {
  const file = openStatusFile({ path: null, complain: () => {} });
  file.update(() => {
    throw new Error("nobody asked");
  });
});
