import type * as z from "zod";
import { findContradictions } from "./consistency/consistency.ts";
import { offsetOf } from "./document/locate.ts";
import { decodeConfig, readConfigFile } from "./document/read.ts";
import { duplicateKeys, parseYaml, placeOf, type Yaml } from "./document/yaml.ts";
import { explain, type Mistake } from "./mistake/explain.ts";
import { ConfigError, type ConfigIssue, formatPath } from "./mistake/issue.ts";
import { configJsonSchema } from "./option.ts";
import { type Config, resolveConfig } from "./resolve.ts";
import { config } from "./schema.ts";

/** So many mistakes at once are a wrong file rather than a wrong config. */
const ISSUES_MAX = 100;

/** Throws AppError (config-missing, config-unreadable) or ConfigError with every mistake and its place. */
export const loadConfig = (path: string): Config => parseConfig(decodeConfig(readConfigFile(path), path), path);

/** The config in `text`; `file` is what mistakes are said to be in. Throws ConfigError. */
export const parseConfig = (text: string, file: string): Config => {
  const yaml = parseYaml(text, file);
  const parsed = config.safeParse(yaml.input);
  const mistakes = [...misfits(parsed.error?.issues ?? [], yaml), ...findContradictions(yaml.input)];
  const issues = [...duplicateKeys(yaml), ...mistakes.slice(0, ISSUES_MAX).map((mistake) => locate(mistake, yaml))];
  if (parsed.success && issues.length === 0) return resolveConfig(parsed.data);
  throw new ConfigError(file, issues.sort(byPlace));
};

const misfits = (issues: readonly z.core.$ZodIssue[], { input }: Yaml): Mistake[] =>
  issues.length === 0 ? [] : explain(issues.slice(0, ISSUES_MAX), { written: input, schema: configJsonSchema() });

const locate = ({ path, atKey, message, remedy }: Mistake, yaml: Yaml): ConfigIssue => ({
  path: formatPath(path),
  ...placeOf(yaml.lines, offsetOf(yaml.document, { path, atKey })),
  message,
  remedy,
});

const byPlace = (one: ConfigIssue, other: ConfigIssue): number => one.line - other.line || one.column - other.column;
