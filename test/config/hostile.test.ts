import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { loadConfig, parseConfig } from "../../src/config/load.ts";
import { ConfigError, formatIssue } from "../../src/config/mistake/issue.ts";
import { AppError } from "../../src/error.ts";

const folder = mkdtempSync(join(tmpdir(), "wan-failover-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

const file = join(folder, "config.yaml");

/** The error of a file with this content, and how long it took. */
const refusal = (content: string | Uint8Array): { readonly lines: string[]; readonly ms: number } => {
  writeFileSync(file, content);
  const start = performance.now();
  try {
    loadConfig(file);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { lines: error.issues.map((issue) => formatIssue("c", issue)), ms: performance.now() - start };
  }
  throw new Error("the config was accepted");
};

const BOMB = [
  "a: &a [x, x, x, x, x, x, x, x, x, x]",
  ..."bcdefghij".split("").map((name, index) => {
    const before = "abcdefghij"[index];
    return `${name}: &${name} [${Array(10).fill(`*${before}`).join(", ")}]`;
  }),
].join("\n");

describe("one sentence, quickly, for", () => {
  test.each<[string, string | Uint8Array, RegExp]>([
    ["an empty file", "", /^c:1:1 there is nothing in it → begin with/],
    ["a file of comments", "# nothing yet\n\n", /^c:1:1 there is nothing in it/],
    ["10 MB", "# fill\n".repeat(1_500_000), /^c:1:1 is larger than 128 KiB/],
    ["random bytes", Uint8Array.from({ length: 4096 }, (_, index) => (index * 197) % 256), /^c:1:1 isn't UTF-8 text/],
    ["UTF-16", new Uint8Array(Buffer.from("uplinks: []", "utf16le")), /^c:1:1 isn't UTF-8 text/],
    ["a bomb of aliases", BOMB, /^c:1:1 repeats itself too often by aliases/],
    ["deep brackets", "[".repeat(100_000), /^c:1:\d+ isn't valid YAML/],
    [
      "deep brackets that are closed",
      `a: ${"[".repeat(50_000)}${"]".repeat(50_000)}`,
      /^c:1:\d+ isn't valid YAML: .* → nest less deeply/,
    ],
    ["a list of itself", "uplinks: &a [*a]", /^c:1:14 uplinks\[0]: a list doesn't fit/],
    ["a tab", "uplinks:\n\t- name: a\n", /^c:2:1 isn't valid YAML: .*[Tt]ab.* → indent with spaces/],
    ["an open quote", 'uplinks:\n  - name: "a\n', /^c:3:1 isn't valid YAML: .*quote/],
    ["two documents", "a: 1\n---\nb: 2\n", /^c:2:1 there are several documents in it/],
    ["a tag", "uplinks: !!js/function 'x'", /^c:1:10 isn't valid YAML: .*tag/],
    ["a prototype", "__proto__: { uplinks: [] }\nconstructor: 1\n", /^c:1:1 (__proto__|uplinks)/],
    ["a scalar", "hello", /^c:1:1 "hello" doesn't fit/],
    ["keys by the ten thousand", Array.from({ length: 10_000 }, (_, index) => `k${index}: 1`).join("\n"), /^c:1:1/],
    ["uplinks by the ten thousand", `uplinks: [${"{},".repeat(40_000)}]`, /^c:1:10/],
  ])(
    "%s",
    (_name, content, sentence) => {
      const { lines, ms } = refusal(content);
      expect(lines[0]).toMatch(sentence);
      expect(lines.length).toBeLessThanOrEqual(110);
      expect(ms).toBeLessThan(20_000);
    },
    30_000,
  );

  test("a file that isn't there, a folder and a device without end", () => {
    expect(() => loadConfig(join(folder, "none.yaml"))).toThrow(expect.objectContaining({ code: "config-missing" }));
    expect(() => loadConfig(join(file, "below.yaml"))).toThrow(expect.objectContaining({ code: "config-missing" }));
    expect(() => loadConfig(folder)).toThrow(expect.objectContaining({ code: "config-unreadable" }));
    expect(() => loadConfig("/dev/zero")).toThrow(/a mistake/);
  });

  test("a file that only others may read", () => {
    writeFileSync(file, "x");
    chmodSync(file, 0);
    const uid = process.getuid?.();
    process.seteuid?.(65_534);
    try {
      expect(() => loadConfig(file)).toThrow(AppError);
    } finally {
      process.seteuid?.(uid ?? 0);
      chmodSync(file, 0o600);
    }
  });
});

test("a config may come through a pipe", () => {
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  const writer = spawn("sh", ["-c", 'printf "uplinks: [{ name: a, " > "$0"; exit', pipe]);
  writer.unref();
  expect(() => loadConfig(pipe)).toThrow(ConfigError);
});

test("a byte order mark changes nothing", () => {
  writeFileSync(file, "\uFEFFuplinks:\n  - { name: a, interface: b }\n");
  expect(loadConfig(file).settings.uplinks).toHaveLength(1);
});

test("keys that are there twice are listed with all other mistakes", () => {
  const { lines } = refusal("uplinks:\n  - name: a\n    name: B\n    interface: x\nlog: {}\nlog: { level: loud }\n");
  expect(lines).toEqual([
    "c:3:5 name: is there already, above → keep one of them",
    expect.stringMatching(/^c:3:11 uplinks\[0]\.name: "B" isn't a name/),
    "c:6:1 log: is there already, above → keep one of them",
    'c:6:15 log.level: "loud" doesn\'t fit → give error, info or debug',
  ]);
});

test("whatever is written, the answer is a config or a list of mistakes with places in the file", () => {
  const value = fc.oneof(
    fc.constantFrom(
      "",
      "{}",
      "[]",
      "1",
      "1.5",
      "true",
      "null",
      "~",
      "10m",
      "fiber",
      "1.1.1.1",
      "&a",
      "*a",
      "- x",
      "!!x y",
    ),
    fc.string(),
  );
  const line = fc.tuple(
    fc.constantFrom("", "  ", "  - ", "    ", "\t"),
    fc.constantFrom(
      "uplinks",
      "name",
      "interface",
      "tier",
      "ipv4",
      "targets",
      "detection",
      "preset",
      "failover",
      "drain",
      "<<",
      "__proto__",
    ),
    value,
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      const text = lines.map(([indent, key, said]) => `${indent}${key}: ${said}`).join("\n");
      try {
        parseConfig(text, "c");
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigError);
        const count = text.split("\n").length;
        for (const issue of (error as ConfigError).issues) {
          expect(issue.line).toBeGreaterThanOrEqual(1);
          expect(issue.line).toBeLessThanOrEqual(count + 1);
          expect(issue.column).toBeGreaterThanOrEqual(1);
          expect(issue.message).not.toContain("undefined");
          expect(issue.remedy).not.toContain("undefined");
        }
      }
    }),
    { numRuns: 500 },
  );
});
