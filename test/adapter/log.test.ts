import { expect, test } from "vitest";
import { journalIsListening, type LogOptions, openLog, printable } from "../../src/adapter/log.ts";

const logged = (options: Omit<LogOptions, "write" | "also">): string[] => {
  const lines: string[] = [];
  const log = openLog({ ...options, write: (line) => lines.push(line) > 0 });
  log.error("an error");
  log.info("some news");
  log.debug("a detail");
  return lines;
};

test("journald gets priorities and no time", () => {
  expect(logged({ level: "debug", journal: true })).toEqual(["<3>an error\n", "<6>some news\n", "<7>a detail\n"]);
});

test("others get the time and the level", () => {
  const [first] = logged({ level: "error", journal: false });
  expect(first).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z error: an error\n$/);
});

test.each([
  ["error", 1],
  ["info", 2],
  ["debug", 3],
] as const)("level %s writes %i of three", (level, count) => {
  expect(logged({ level, journal: false }).length).toBe(count);
});

test("control characters from outside stay on one harmless line", () => {
  expect(printable("a\nb\r\x1b[31m\u009b\u2028\u202e\0 ü → 漢")).toBe(
    "a\\nb\\u000d\\u001b[31m\\u009b\\u2028\\u202e\\u0000 ü → 漢",
  );
});

test("a JOURNAL_STREAM that belongs to another stream doesn't count", () => {
  expect(journalIsListening({})).toBe(false);
  expect(journalIsListening({ JOURNAL_STREAM: "1:1" })).toBe(false);
});

test("lines that nobody takes are lost, and counted as soon as one is taken", () => {
  const lines: string[] = [];
  let hasRoom = false;
  const log = openLog({ journal: true, write: (line) => hasRoom && lines.push(line) > 0 });
  for (const message of ["one", "two"]) log.info(message);
  hasRoom = true;
  log.info("three");
  expect(lines).toEqual(["<3>2 lines of the log were lost, since nobody took them\n", "<6>three\n"]);
});
