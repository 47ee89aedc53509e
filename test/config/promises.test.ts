import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const ROOT = new URL("../../", import.meta.url);

/** `[faults](../test/lab/faults.test.ts) "a second outage …"`. */
const NAMED = /\[[^\]]+\]\((?:\.\.\/)+(test\/[\w/.-]+)\)\s+"([^"]+)"/g;

const recipes = readdirSync(new URL("docs/recipes/", ROOT))
  .filter((name) => name !== "README.md")
  .map((name) => `docs/recipes/${name}`);

describe.each(["docs/astlinux.md", "docs/migrate-mwan3.md", ...recipes])("the tests that %s names", (page) => {
  const named = [...readFileSync(new URL(page, ROOT), "utf8").matchAll(NAMED)];

  test("are there", () => {
    expect(named.length).toBeGreaterThan(0);
    const missing = named.filter(
      ([, file = "", name = ""]) => !readFileSync(new URL(file, ROOT), "utf8").includes(name),
    );
    expect(missing.map(([text]) => text)).toEqual([]);
  });
});

/** `adapter/icmp.test.ts` "forged …": a file, or all of a folder, and perhaps a test in it. */
const SHOWN = /`([\w/*-]+\.test\.ts)`(?:\s+"([^"]+)")?/g;

const textOf = (pattern: string): string => {
  const [folder = "", name = ""] = [pattern.slice(0, pattern.lastIndexOf("/")), pattern.split("/").at(-1)];
  const files = readdirSync(new URL(`test/${folder}/`, ROOT)).filter((file) => name.startsWith("*") || file === name);
  return files.map((file) => readFileSync(new URL(`test/${folder}/${file}`, ROOT), "utf8")).join("");
};

test("what a hostile one could do is answered by tests that are there", () => {
  const rows = readFileSync(new URL("docs/security.md", ROOT), "utf8")
    .split("## What a hostile")[1]
    ?.split("\n## ")[0]
    ?.split("\n")
    .filter((line) => /^\| (?!Who|---)/.test(line) && !line.startsWith("|---"));
  const unanswered = rows?.filter((row) => {
    const shown = [...row.matchAll(SHOWN)];
    return (
      shown.length === 0 ||
      shown.some(([, file = "", name = ""]) => textOf(file) === "" || !textOf(file).includes(name))
    );
  });
  expect(rows?.length).toBeGreaterThan(10);
  expect(unanswered).toEqual([]);
});

test("the page on two routers shows the example that is packaged, which is what the lab runs", () => {
  const example = readFileSync(new URL("packaging/keepalived/keepalived.conf", ROOT), "utf8");
  expect(readFileSync(new URL("docs/high-availability.md", ROOT), "utf8")).toContain(`\n\`\`\`\n${example}\`\`\`\n`);
});
