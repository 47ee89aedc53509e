import ts from "typescript";
import { describe, expect, test } from "vitest";
import { CLOCK_READERS, readsClock } from "./tidy/clocks.ts";
import { forbidden, LAYERS, WRAPPED } from "./tidy/layers.ts";
import {
  allFiles,
  functionsOf,
  importsOf,
  namesGiven,
  nodesOf,
  parse,
  placeOf,
  readText,
  typeScriptIn,
  undocumentedExports,
} from "./tidy/source.ts";

const product = [...typeScriptIn("src"), ...typeScriptIn("lab"), ...typeScriptIn("bench")];
const pure = [...typeScriptIn("src/core"), ...typeScriptIn("src/codec")];
const ours = [...product, ...typeScriptIn("test"), ...typeScriptIn("scripts")];

/** Fails with the reason and every place at once. */
const expectNone = (found: readonly string[], reason: string): void => {
  expect(found.length, `${reason}\n${found.join("\n")}\n`).toBe(0);
};

describe("imports", () => {
  test.each(LAYERS.map((layer) => [layer.folder, layer] as const))("%s imports only what it may", (folder, layer) => {
    const found = typeScriptIn(folder).flatMap((file) =>
      forbidden(layer, importsOf(file)).map(({ from }) => `${file} imports ${from}`),
    );
    expectNone(found, layer.reason);
  });

  test.each(Object.entries(WRAPPED))("%s is imported in its place only", (name, { files, reason }) => {
    const found = ours.filter((file) => !files.test(file) && importsOf(file).some(({ from }) => from === name));
    expectNone(found, reason);
  });

  /** Bundled on their own (scripts/build.mjs), and loaded by the names of their bundles. */
  const PARTS = ["src/daemon/notify.ts", "src/adapter/service/mail.ts"];

  test("every file is part of the product, a bench or a test", () => {
    const roots = [
      "src/main.ts",
      ...PARTS,
      "src/web/main.tsx",
      "lab/main.ts",
      ...typeScriptIn("bench"),
      ...typeScriptIn("test"),
    ];
    const reached = new Set(roots);
    for (const file of reached) {
      for (const { from } of importsOf(file)) if (/\.tsx?$/.test(from)) reached.add(from);
    }
    expectNone(
      product.filter((file) => !reached.has(file)),
      "Dead files mislead whoever reads them: delete them.",
    );
  });
});

describe("the core and the codecs are pure", () => {
  const IMPURE: ReadonlySet<string> = new Set(
    "Date console process performance setTimeout setInterval setImmediate queueMicrotask fetch Promise globalThis".split(
      " ",
    ),
  );

  const isImpure = (node: ts.Node): boolean => {
    if (ts.isAwaitExpression(node) || node.kind === ts.SyntaxKind.AsyncKeyword) return true;
    if (ts.isPropertyAccessExpression(node)) return node.getText() === "Math.random";
    return ts.isIdentifier(node) && IMPURE.has(node.text) && !isMemberName(node);
  };

  /** `state.process` is a field of ours. */
  const isMemberName = ({ parent }: ts.Node): boolean =>
    (ts.isPropertyAccessExpression(parent) && IMPURE.has(parent.name.text)) ||
    ts.isPropertySignature(parent) ||
    ts.isPropertyAssignment(parent);

  test("time, chance and effects come from outside", () => {
    const found = pure.flatMap((file) => nodesOf(parse(file)).filter(isImpure).map(placeOf));
    expectNone(found, "The same state, event and time must always give the same answer.");
  });

  test("every export says what it is", () => {
    expectNone(pure.flatMap(undocumentedExports), "A docstring: what, units, ranges, what it throws, the source.");
  });
});

describe("clocks", () => {
  const readers = typeScriptIn("src").filter((file) => !/^src\/(web|cli)\//.test(file) && readsClock(parse(file)));

  test("who decides is told the time", () => {
    expectNone(
      readers.filter((file) => !(file in CLOCK_READERS)),
      "A clock is read where effects are carried out or the program is put together: take `now` as a parameter.",
    );
    expectNone(
      Object.keys(CLOCK_READERS).filter((file) => !readers.includes(file)),
      "These read no clock: take them off the list.",
    );
  });
});

describe("files and functions", () => {
  const FILE_LINES_MAX = 300;

  /** Tables and lists that would be harder to read in parts. */
  const LONG_FILES: Readonly<Record<string, string>> = {};

  /** What a table of events or a composition needs at the most; nine of ten functions have ten lines or fewer. */
  const FUNCTION_LINES_MAX = 40;

  const length = (file: string): number => (readText(file) ?? "").trimEnd().split("\n").length;

  test(`no file is longer than ${FILE_LINES_MAX} lines, save for those that have a reason`, () => {
    const long = product.filter((file) => length(file) > FILE_LINES_MAX && !(file in LONG_FILES));
    expectNone(
      long.map((file) => `${file}: ${length(file)} lines`),
      "One purpose a file.",
    );
    const short = Object.keys(LONG_FILES).filter((file) => !product.includes(file) || length(file) <= FILE_LINES_MAX);
    expectNone(short, "These need no exception any more.");
  });

  test(`no function is longer than ${FUNCTION_LINES_MAX} lines or takes more than three parameters`, () => {
    const all = product.flatMap(functionsOf).sort((one, other) => other.lines - one.lines);
    const long = all.filter(({ lines }) => lines > FUNCTION_LINES_MAX);
    expectNone(
      long.map(({ place, lines }) => `${place}: ${lines} lines`),
      "Ten lines are the aim: name the parts.",
    );
    const wide = all.filter(({ parameters }) => parameters > 3);
    expectNone(
      wide.map(({ place }) => place),
      "Named fields of one object instead.",
    );
  });

  test("there are no default exports and no files that only pass on", () => {
    const passesOn = (node: ts.Node): boolean =>
      ts.isExportAssignment(node) ||
      (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined && !node.isTypeOnly);
    const found = ours.flatMap((file) => parse(file).statements.filter(passesOn).map(placeOf));
    expectNone(found, "One name for one thing, imported from where it is made.");
  });
});

describe("words", () => {
  /** Each with what to say instead. */
  const BANNED: readonly (readonly [RegExp, string])[] = [
    [/\b(black|white)list/i, "list what is refused, or allowed"],
    [/\bsanity\b/i, "say what is checked"],
    [new RegExp(`\\b${"TO"}DO\\b|\\bFIX${"ME"}\\b|\\bX{3}\\b|\\bHACK\\b`), "do it, or leave it"],
    [/@ts-(ignore|nocheck|expect-error)/, "make the types right"],
  ];

  test.each(BANNED)("nobody writes %s: %s", (word, instead) => {
    const found = [...product, ...typeScriptIn("scripts")].flatMap((file) => linesWith(file, word));
    expectNone(found, instead);
  });
});

describe("names", () => {
  const SHORTENED: ReadonlySet<string> = new Set(
    "iface ifname addr cfg msg buf idx cnt tmp ctx cb opts mgr util utils ret res val gw srv pkt".split(" "),
  );

  const words = (name: string): string[] => name.split(/(?=[A-Z])|_/).map((word) => word.toLowerCase());

  test("are written out", () => {
    const short = ours.flatMap(namesGiven).filter(({ text }) => words(text).some((word) => SHORTENED.has(word)));
    expectNone(
      short.map((name) => `${placeOf(name)} ${name.text}`),
      "RTT, MTU, IP, NAT, DNS and their like are words; these are not.",
    );
  });
});

const linesWith = (file: string, pattern: RegExp): string[] =>
  (readText(file) ?? "")
    .split("\n")
    .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1} ${line.trim()}`] : []));

describe("a clone works elsewhere", () => {
  const texts = allFiles().filter((file) => readText(file) !== null);

  test("no file names a folder of one machine or a package registry", () => {
    const folders = ["work", "tmp/bash_jobs", "home/[a-z]", "Users/"].join("|");
    const registry = ["npm", "yarn", "pypi", "jfrog", "verdaccio", "artifactory", "nexus"].join("|");
    const pattern = new RegExp(`(^|[\\s"'\`=(])/(${folders})/|https?://[\\w.-]*(${registry})[\\w.-]*`);
    expectNone(
      texts.flatMap((file) => linesWith(file, pattern)),
      "Whoever clones this has other folders and another registry.",
    );
  });

  test("package-lock.json holds integrity, but no addresses", () => {
    const { packages } = JSON.parse(readText("package-lock.json") ?? "{}");
    const installed = Object.entries<Record<string, unknown>>(packages).filter(([name]) => name !== "");
    expectNone(
      installed.filter(([, entry]) => "resolved" in entry).map(([name]) => name),
      "npm finds a package in the registry that the machine is set to.",
    );
    expectNone(
      installed.filter(([, entry]) => !("integrity" in entry)).map(([name]) => name),
      "What is installed must be what was tested.",
    );
  });
});
