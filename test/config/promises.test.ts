import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const ROOT = new URL("../../", import.meta.url);

/** `[faults](../test/lab/faults.test.ts) "a second outage …"`. */
const NAMED = /\[[^\]]+\]\(\.\.\/(test\/[\w/.-]+)\) "([^"]+)"/g;

describe.each(["docs/astlinux.md", "docs/migrate-mwan3.md"])("the tests that %s names", (page) => {
  const named = [...readFileSync(new URL(page, ROOT), "utf8").matchAll(NAMED)];

  test("are there", () => {
    expect(named.length).toBeGreaterThan(1);
    const missing = named.filter(
      ([, file = "", name = ""]) => !readFileSync(new URL(file, ROOT), "utf8").includes(name),
    );
    expect(missing.map(([text]) => text)).toEqual([]);
  });
});
