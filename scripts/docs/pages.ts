import { configJsonSchema } from "../../src/config/option.ts";
import { configPage } from "./config-page.ts";
import { errorsPage } from "./errors-page.ts";

/** Every generated file, by its path in the repository. */
export const pages = (): Readonly<Record<string, string>> => {
  const schema = configJsonSchema();
  return {
    "docs/config.md": configPage(schema),
    "docs/config.schema.json": `${JSON.stringify(schema, null, 2)}\n`,
    "docs/errors.md": errorsPage(),
  };
};
