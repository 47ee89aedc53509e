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
