import {
  type Document,
  isScalar,
  LineCounter,
  parseDocument,
  type Scalar,
  visit,
  type YAMLError,
  type YAMLMap,
} from "yaml";
import { ConfigError, type ConfigIssue } from "../mistake/issue.ts";

/** A config file read as YAML: the nodes with their places, and the plain values. */
export interface Yaml {
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
  readonly input: unknown;
}

/** A config that repeats itself needs a few aliases; thousands are a bomb. */
const ALIASES_MAX = 100;

/** Throws ConfigError with every mistake of form, save for keys that are there twice: see `duplicateKeys`. */
export const parseYaml = (text: string, file: string): Yaml => {
  if (text.trim() === "") throw new ConfigError(file, [EMPTY]);
  const lines = new LineCounter();
  const document = parseNodes(text, { file, lines });
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0)
    throw new ConfigError(
      file,
      faults.slice(0, FAULTS_MAX).map((fault) => toIssue(fault, lines)),
    );
  if (document.contents === null) throw new ConfigError(file, [EMPTY]);
  return { document, lines, input: toPlain(document, file) };
};

/** After a few mistakes of form the rest are consequences. */
const FAULTS_MAX = 10;

const WHOLE_FILE = { path: "", line: 1, column: 1 };

const EMPTY: ConfigIssue = {
  ...WHOLE_FILE,
  message: "there is nothing in it",
  remedy: "begin with `uplinks:` and a line `- { name: fiber, interface: eth0 }` for each way out",
};

const parseNodes = (text: string, { file, lines }: { readonly file: string; readonly lines: LineCounter }) => {
  try {
    return parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, logLevel: "error" });
  } catch (error) {
    throw tooDeep(file, error);
  }
};

/** The parser calls itself for each level, so that brackets by the thousand exhaust the stack. */
const tooDeep = (file: string, error: unknown): unknown =>
  error instanceof RangeError
    ? new ConfigError(file, [{ ...WHOLE_FILE, message: "is nested too deeply", remedy: "start from a fresh file" }])
    : error;

const toPlain = (document: Document.Parsed, file: string): unknown => {
  try {
    return document.toJS({ maxAliasCount: ALIASES_MAX });
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw tooDeep(file, error);
    const remedy = `write the values out; aliases may stand for ${ALIASES_MAX} values at the most`;
    throw new ConfigError(file, [{ ...WHOLE_FILE, message: "repeats itself too often by aliases", remedy }]);
  }
};

/** The keys that are there twice; the last one counts for everything else that is checked. */
export const duplicateKeys = ({ document, lines }: Yaml): ConfigIssue[] => {
  const issues: ConfigIssue[] = [];
  visit(document, {
    Map: (_, map) => {
      issues.push(...repeatedIn(map).map((key) => duplicateAt(key, lines)));
    },
  });
  return issues.slice(0, FAULTS_MAX);
};

/** The parser's own search compares each key with each other: ten seconds for a hostile file. */
const repeatedIn = (map: YAMLMap): Scalar[] => {
  const seen = new Set<unknown>();
  const keys = map.items.map(({ key }) => key).filter(isScalar);
  return keys.filter(({ value }) => seen.has(value) || !seen.add(value));
};

const duplicateAt = (key: Scalar, lines: LineCounter): ConfigIssue => ({
  path: String(key.value),
  ...placeOf(lines, key.range?.[0] ?? 0),
  message: "is there already, above",
  remedy: "keep one of them",
});

const toIssue = (fault: YAMLError, lines: LineCounter): ConfigIssue => ({
  path: "",
  ...placeOf(lines, fault.pos[0]),
  message: MESSAGES[fault.code] ?? `isn't valid YAML: ${fault.message}`,
  remedy: REMEDIES[fault.code] ?? "mend the form: two spaces a level, no tabs, quotes around what holds a colon",
});

/** Where the parser's words are for programmers. */
const MESSAGES: Readonly<Record<string, string>> = { MULTIPLE_DOCS: "there are several documents in it" };

const REMEDIES: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "indent with spaces",
  MULTIPLE_DOCS: "keep one document: remove the `---` and what follows it",
  RESOURCE_EXHAUSTION: "nest less deeply",
  TAG_RESOLVE_FAILED: "remove the tag; no option takes one",
};

/** Line and column of an offset in the text, both from 1. */
export const placeOf = (lines: LineCounter, offset: number): Pick<ConfigIssue, "line" | "column"> => {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
};
