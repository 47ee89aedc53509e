import { type Actions, grammar } from "../../src/cli/program.ts";
import { configJsonSchema } from "../../src/config/option.ts";
import { bashCompletion, fishCompletion, zshCompletion } from "./completion.ts";
import { configPage } from "./config-page.ts";
import { errorsPage } from "./errors-page.ts";
import { commandPage } from "./manual/command-page.ts";
import { configManual } from "./manual/config-page.ts";
import { metricsPage } from "./metrics-page.ts";

/** Every generated file, by its path in the repository. */
export const pages = (): Readonly<Record<string, string>> => {
  const schema = configJsonSchema();
  // Nothing is run: only the grammar's words are read.
  const program = grammar("", {} as Actions, () => {});
  return {
    "docs/config.md": configPage(schema),
    "docs/config.schema.json": `${JSON.stringify(schema, null, 2)}\n`,
    "docs/errors.md": errorsPage(),
    "docs/metrics.md": metricsPage(),
    "packaging/man/wan-failover.8": commandPage(program),
    "packaging/man/wan-failover.yaml.5": configManual(schema),
    "packaging/completion/wan-failover.bash": bashCompletion(program),
    "packaging/completion/_wan-failover": zshCompletion(program),
    "packaging/completion/wan-failover.fish": fishCompletion(program),
  };
};
