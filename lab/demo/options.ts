import { parseArgs } from "node:util";
import { AppError } from "../../src/error.ts";

/** What `wan-failover demo` was asked. */
export interface DemoOptions {
  /** Of the demo's own config; null where it isn't used. */
  readonly preset: Preset | null;
  /** A config to be tried instead of the demo's own. */
  readonly configFile: string | null;
  /** A scripted run as plain text, whatever the output is. */
  readonly plain: boolean;
}

const PRESETS = ["fast", "balanced", "calm", "metered", "classic"] as const;

export type Preset = (typeof PRESETS)[number];

const ARGUMENTS = {
  preset: { type: "string" },
  config: { type: "string" },
  plain: { type: "boolean" },
} as const;

const parse = (argv: readonly string[]) => {
  try {
    return parseArgs({ args: [...argv], options: ARGUMENTS }).values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new AppError("usage", `${message.split(". ")[0]}.`, { cause: error });
  }
};

const presetNamed = (name: string): Preset => {
  const preset = PRESETS.find((one) => one === name);
  if (preset === undefined)
    throw new AppError("usage", `There is no preset ${name}; there are: ${PRESETS.join(", ")}.`);
  return preset;
};

/** Understands the words behind `demo`. Throws AppError (usage). */
export const parseOptions = (argv: readonly string[]): DemoOptions => {
  const { preset, config, plain = false } = parse(argv);
  if (preset !== undefined && config !== undefined) {
    throw new AppError("usage", "--preset is for the demo's own config; in yours, say `detection`.");
  }
  return {
    preset: config === undefined ? presetNamed(preset ?? "balanced") : null,
    configFile: config ?? null,
    plain,
  };
};
