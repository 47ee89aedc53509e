import type * as z from "zod";
import { branchesOf, type Option, optionAt } from "../option.ts";
import { nearest } from "./nearest.ts";
import { wordsFor } from "./wording.ts";

/** A mistake before its place in the file is known. */
export interface Mistake {
  readonly path: readonly PropertyKey[];
  /** Whether the key itself is the mistake rather than its value. */
  readonly atKey: boolean;
  readonly message: string;
  readonly remedy: string;
}

/** What was written, and the schema that says what would be right. */
export interface Context {
  readonly written: unknown;
  readonly schema: Option;
}

type ZodIssue = z.core.$ZodIssue;

/** zod's issues in our words. Never throws. */
export const explain = (issues: readonly ZodIssue[], context: Context): Mistake[] =>
  issues.flatMap((issue) => explainOne(issue, context));

const explainOne = (issue: ZodIssue, context: Context): Mistake[] => {
  const option = optionAt(context.schema, issue.path) ?? {};
  const input = valueAt(context.written, issue.path);
  if (issue.code === "unrecognized_keys") return unknownKeys(issue, keysThatFit(option, input, issue.keys));
  const inner = issue.code === "invalid_union" ? bestBranch(issue.errors) : undefined;
  if (inner !== undefined) return inner.flatMap((part) => explainOne(nested(issue, part), context));
  return [{ path: issue.path, atKey: false, ...wordsFor({ issue, input, option }) }];
};

const valueAt = (written: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    written,
  );

/** An issue of a union's branch counts its path from the union. */
const nested = (outer: ZodIssue, inner: ZodIssue): ZodIssue => ({ ...inner, path: [...outer.path, ...inner.path] });

/** The branch that was meant: the one whose form fits, so that the complaint is about what is in it. */
const bestBranch = (branches: readonly (readonly ZodIssue[])[]): readonly ZodIssue[] | undefined =>
  branches.find((branch) => branch.every((issue) => issue.path.length > 0 || !FORM.has(issue.code)));

const FORM: ReadonlySet<string> = new Set(["invalid_type", "invalid_value", "invalid_union"]);

const unknownKeys = (issue: ZodIssue & { code: "unrecognized_keys" }, known: readonly string[]): Mistake[] =>
  issue.keys.slice(0, KEYS_MAX).map((key) => ({
    path: [...issue.path, key],
    atKey: true,
    message: "is unknown",
    remedy: suggest(nearest(key, known), known),
  }));

/** More unknown keys than this in one place are another program's file. */
const KEYS_MAX = 30;

const suggest = (meant: string | null, known: readonly string[]): string =>
  meant === null ? `known here: ${known.join(", ")}` : `did you mean ${meant}?`;

/** The keys of the alternative that was meant: of those that refuse these, the one that knows the most of what was written. */
const keysThatFit = (option: Option, input: unknown, refused: readonly string[]): string[] => {
  const written = Object.keys(input ?? {});
  const groups = branchesOf(option)
    .map(({ properties }) => Object.keys(properties ?? {}))
    .filter((keys) => !refused.some((key) => keys.includes(key)));
  const overlap = (keys: readonly string[]) => written.filter((key) => keys.includes(key)).length;
  return groups.sort((one, other) => overlap(other) - overlap(one))[0] ?? [];
};
