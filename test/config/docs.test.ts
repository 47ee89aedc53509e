import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { pages } from "../../scripts/docs/pages.ts";
import { mistakesIn } from "../../src/api/config/keeper.ts";
import { parseConfig } from "../../src/config/load.ts";
import { CATALOGUE } from "../../src/error.ts";

const ROOT = new URL("../../", import.meta.url);

const read = (path: string): string => readFileSync(new URL(path, ROOT), "utf8");

const sources = ["src", "lab"].flatMap((folder) =>
  readdirSync(new URL(folder, ROOT), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `${folder}/${file}`),
);

describe("the generated pages are fresh (else: npm run docs)", () => {
  test.each(Object.entries(pages()))("%s", (path, text) => {
    expect(read(path)).toBe(text);
  });
});

describe("the examples of docs/config.md", () => {
  const examples = [...read("docs/config.md").matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text ?? "");

  test("are valid, and the full one says nothing but the defaults", () => {
    expect(examples).toHaveLength(2);
    const [least, full] = examples.map((text) => parseConfig(text, "docs/config.md"));
    expect(full).toEqual(least);
  });

  test("hold nothing wrong among what is commented out, but what needs something else beside it", () => {
    const all = examples[1]?.replace(/^( *)# /gm, "$1") ?? "";
    expect(mistakesIn(all, "docs/config.md")?.issues.map(({ path, message }) => `${path} ${message}`)).toEqual([
      "uplinks[0].essential is for metered uplinks",
      "uplinks[0].ipv4.address is only for `method: static`, and the method is external",
      "uplinks[0].ipv6.address is only for `method: static`, and the method is external",
      "notify.webhook[0] needs one address",
      "notify.webhook[0] and Telegram's chat don't fit",
    ]);
  });

  test("name every option", () => {
    const schema = JSON.parse(read("docs/config.schema.json"));
    const { uplinks, failover, log } = schema.properties;
    const options = [uplinks.items, uplinks.items.properties.ipv4, uplinks.items.properties.ipv6, failover, log];
    for (const name of options.flatMap(({ properties }) => Object.keys(properties))) {
      expect(examples[1]).toMatch(new RegExp(`^[ #-]*${name}: `, "m"));
    }
  });
});

describe("what a page shows of a config is right, by itself or beside the least that works", () => {
  const files = ["README.md", ...readdirSync(new URL("docs", ROOT), { recursive: true, encoding: "utf8" })];
  const shown = files
    .filter((file) => file.endsWith(".md"))
    .map((file) => (file === "README.md" ? file : `docs/${file}`))
    .flatMap((file) =>
      [...read(file).matchAll(/```yaml\n(.*?)```/gs)].map(([, text = ""], place) => ({ file, place, text })),
    );
  const LEAST = "uplinks: [{ name: fiber, interface: eth0 }, { name: lte, interface: wwan0 }]\n";

  test.each(shown)("$file, block $place", ({ file, text }) => {
    expect(mistakesIn(/^uplinks:/m.test(text) ? text : `${LEAST}${text}`, file)?.issues ?? []).toEqual([]);
  });
});

describe("each error of the catalogue", () => {
  const codes = Object.keys(CATALOGUE);
  const [, afterCatalogue = ""] = read("src/error.ts").split("} as const;");
  const code = [afterCatalogue, ...sources.filter((file) => file !== "src/error.ts").map(read)].join("\n");

  test.each(codes)("%s is raised somewhere", (name) => {
    expect(code.includes(`"${name}"`)).toBe(true);
  });

  test.each(codes)("%s is in docs/errors.md", (name) => {
    expect(read("docs/errors.md")).toContain(`| \`${name}\` |`);
  });

  test("and none besides is there", () => {
    const documented = [...read("docs/errors.md").matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name);
    expect(documented).toEqual(codes);
  });
});
