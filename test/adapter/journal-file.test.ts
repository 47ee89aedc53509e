import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { pause } from "../../lab/clock.ts";
import { openJournalFile, readJournal } from "../../src/adapter/file/journal-file.ts";
import { openDisk } from "../fake/disk.ts";

let folder: string;
let journal: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "wan-failover-test-"));
  journal = join(folder, "journal");
});

afterEach(() => rmSync(folder, { recursive: true }));

const MEBIBYTE = 1024 * 1024;

const refusal = (path: string): string => {
  try {
    readJournal(path);
  } catch (error) {
    return String(error);
  }
  throw new Error("it was read");
};

test("what is appended is read in its order, by the folder and by the file, also what a dying process appended", async () => {
  const file = openJournalFile(journal);
  for (const octet of [1, 2]) expect(await file.append(Uint8Array.of(octet), "allowed")).toBeNull();
  expect(file.appendNow(Uint8Array.of(3))).toBeNull();
  expect([...readJournal(journal)]).toEqual([1, 2, 3]);
  expect([...readJournal(join(journal, "newer"))]).toEqual([1, 2, 3]);
  expect(statSync(join(journal, "newer")).mode & 0o007).toBe(0);
});

test("nothing is made before there is something to write", () => {
  expect(openJournalFile(journal).isFull()).toBe(false);
  expect(readdirSync(folder)).toEqual([]);
});

test("two segments of 4 MiB are kept, also over a restart", async () => {
  for (let round = 1; round <= 3; round += 1) {
    const file = openJournalFile(journal);
    for (let part = 0; part < 4; part += 1) {
      expect(file.isFull()).toBe(false);
      expect(await file.append(new Uint8Array(MEBIBYTE).fill(round), part === 0 ? "allowed" : "not-yet")).toBeNull();
    }
    expect(file.isFull()).toBe(true);
  }
  expect(readdirSync(journal).sort()).toEqual(["newer", "older"]);
  const read = readJournal(journal);
  expect([read.length, read[0], read.at(-1)]).toEqual([8 * MEBIBYTE, 2, 3]);
});

test("a disk that is full, or a folder that is a file, is a problem in words", async () => {
  mkdirSync(journal);
  symlinkSync("/dev/full", join(journal, "newer"));
  const full = openJournalFile(journal);
  expect(await full.append(Uint8Array.of(1), "allowed")).toMatch(/^The journal in .* can't be written: ENOSPC/);
  expect(full.appendNow(Uint8Array.of(1))).toMatch(/^The journal in .* can't be written: ENOSPC/);
  writeFileSync(join(folder, "file"), "");
  const file = openJournalFile(join(folder, "file"));
  expect(await file.append(Uint8Array.of(1), "allowed")).toMatch(/^The journal in .* can't be written: E/);
  expect(file.isFull()).toBe(false);
});

test("a disk that hangs holds up the writing and nothing else", async () => {
  const disk = openDisk();
  const file = openJournalFile(join(disk.path, "journal"));
  expect(await file.append(Uint8Array.of(1), "allowed")).toBeNull();
  disk.freeze();
  const write = file.append(Uint8Array.of(2), "allowed");
  const first = await Promise.race([write, pause(300).then(() => "the loop goes on")]);
  disk.thaw();
  expect(first).toBe("the loop goes on");
  expect(await write).toBeNull();
  expect([...readJournal(join(disk.path, "journal"))]).toEqual([1, 2]);
});

test("what can't be read is said in a sentence", () => {
  mkdirSync(join(journal, "newer"), { recursive: true });
  expect(refusal(join(folder, "absent"))).toMatch(/there is no journal at .*absent$/);
  expect(refusal(folder)).toMatch(/there is no journal at/);
  expect(refusal(journal)).toMatch(/newer is a folder, not a file$/);
  expect(refusal(join(folder, "absent\0"))).toMatch(/can't be read/);
});

test("an endless or a huge file is refused, rather than read", () => {
  truncateSync(openHuge(), 2 ** 40);
  expect(refusal(join(folder, "huge"))).toMatch(/larger than any journal \(32 MiB\)$/);
  expect(refusal("/dev/zero")).toMatch(/larger than any journal/);
});

const openHuge = (): string => {
  writeFileSync(join(folder, "huge"), "");
  return join(folder, "huge");
};
