import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";

const folder = fileURLToPath(new URL("../../examples/", import.meta.url));

test.each(readdirSync(folder).filter((name) => name.endsWith(".yaml")))("the example %s is a valid config", (name) => {
  expect(loadConfig(folder + name).settings.uplinks.length).toBeGreaterThan(1);
});
