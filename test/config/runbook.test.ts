import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { NoticeKind } from "../../src/core/notify/notice.ts";
import { subjectOf } from "../../src/core/notify/subject.ts";

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");

const runbook = read("docs/runbook.md");

/** What a pattern's first group finds in a file. */
const found = (file: string, pattern: RegExp): readonly string[] =>
  [...read(file).matchAll(pattern)].map(([, text = ""]) => text);

const notices = found("src/core/notify/notice.ts", /^ {2}\| "([a-z-]+)"/gm).map((kind) => {
  const subject = subjectOf({ kind: kind as NoticeKind, uplink: "…", active: "…" }, "…");
  return subject.split(" on '")[0] ?? subject;
});

const alerts = found("packaging/prometheus/wan-failover.rules.yaml", /alert: (\w+)/g);

const FAMILIES = ["ipv4", "ipv6"];

/** Both words of a choice, and both families of a template. */
const codes = readdirSync(new URL("../../src/core/doctor/", import.meta.url))
  .flatMap((file) => found(`src/core/doctor/${file}`, /\bcode: ([^,]*)/g))
  .flatMap((code) => FAMILIES.map((family) => code.replace(/`\$\{family\}(.*)`/, `"${family}$1"`)))
  .flatMap((code) => code.match(/(?<=")\w+(-\w+)+(?=")/g) ?? []);

const findings = [...new Set(codes)].map((code) => `\`${code}\``);

const reasons = found("src/core/path/path.ts", /lost\(\w+, `([^`]+)`/g).flatMap((reason) =>
  ["IPv4", "IPv6"].map((family) => reason.replace(/\$\{familyName.*?\}/, family).replaceAll(/\$\{[^}]+\}/g, "…")),
);

describe("the runbook says what to do at", () => {
  test.each([
    ["every message", notices, 13],
    ["every alert", alerts, 7],
    ["every finding of doctor", findings, 55],
    ["every way in which an uplink can be lost", reasons, 14],
  ])("%s", (_, texts, atLeast) => {
    expect(texts.length).toBeGreaterThanOrEqual(atLeast);
    expect(texts.filter((text) => !runbook.includes(text))).toEqual([]);
  });
});
