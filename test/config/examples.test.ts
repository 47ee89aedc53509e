import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

const namesIn = (folder: string, ending: string): readonly string[] =>
  readdirSync(root + folder).filter((name) => name.endsWith(ending));

const examples = namesIn("examples", ".yaml");

test.each(examples)("the example %s is a valid config", (name) => {
  expect(loadConfig(`${root}examples/${name}`).settings.uplinks.length).toBeGreaterThan(1);
});

describe("a recipe's page", () => {
  const RECIPES = "docs/recipes";
  const pages = namesIn(RECIPES, ".md").map((name) => ({
    name,
    text: readFileSync(`${root}${RECIPES}/${name}`, "utf8"),
  }));
  const shown = pages.flatMap(({ name, text }) =>
    [...text.matchAll(/\(\.\.\/\.\.\/examples\/(\S+\.yaml)\):\n\n```yaml\n(.*?)```/gs)].map(
      ([, example = "", config]) => ({
        page: name,
        example,
        config,
      }),
    ),
  );

  test.each(shown)("$page shows $example as it is, save for its heading", ({ example, config }) => {
    const [, body] = readFileSync(`${root}examples/${example}`, "utf8").split(/(?<=^#.*\n)\n/m, 2);
    expect(config).toBe(body);
  });

  test("exists for each example, which names it", () => {
    const paged = examples.filter((name) => readFileSync(`${root}examples/${name}`, "utf8").includes(RECIPES));
    expect(shown.map(({ example }) => example).toSorted()).toEqual(paged);
    for (const { page, example } of shown) {
      expect(readFileSync(`${root}examples/${example}`, "utf8")).toContain(`${RECIPES}/${page}\n`);
    }
  });
});
