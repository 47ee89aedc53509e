import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What .gitignore leaves out, and git itself. */
const NOT_OURS: ReadonlySet<string> = new Set([".git", "node_modules", "dist"]);

/** One import of a file: of a file of ours by its path in the repository, or of a package by its name. */
export interface Import {
  readonly from: string;
  readonly typeOnly: boolean;
}

/** A function of more than a line: where it is and how long. */
export interface FunctionSize {
  readonly place: string;
  readonly lines: number;
  readonly parameters: number;
}

/** Every file of the repository, by its path in it. */
export const allFiles = (): string[] =>
  readdirSync(ROOT)
    .filter((name) => !NOT_OURS.has(name))
    .flatMap((name) => (statSync(`${ROOT}${name}`).isDirectory() ? filesIn(name) : [name]))
    .sort();

/** The TypeScript files below a folder; none where it isn't there. */
export const typeScriptIn = (folder: string): string[] =>
  existsSync(`${ROOT}${folder}`) ? filesIn(folder).filter((file) => /\.tsx?$/.test(file)) : [];

const filesIn = (folder: string): string[] =>
  readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: "utf8" })
    .map((file) => `${folder}/${file}`)
    .filter((file) => statSync(`${ROOT}${file}`).isFile());

/** A file's text, or null where it isn't text. */
export const readText = (file: string): string | null => {
  const text = readFileSync(`${ROOT}${file}`, "utf8");
  return text.includes("\0") ? null : text;
};

const parsed = new Map<string, ts.SourceFile>();

/** A file's syntax tree, parsed once. */
export const parse = (file: string): ts.SourceFile => {
  const known = parsed.get(file);
  if (known !== undefined) return known;
  const tree = ts.createSourceFile(file, readText(file) ?? "", ts.ScriptTarget.ES2023, true);
  parsed.set(file, tree);
  return tree;
};

/** Every node of a tree, from the top down. */
export const nodesOf = (tree: ts.Node): ts.Node[] => {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return nodes;
};

/** `src/core/step.ts:12`. */
export const placeOf = (node: ts.Node): string => {
  const tree = node.getSourceFile();
  return `${tree.fileName}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
};

const imports = new Map<string, Import[]>();

/** What a file imports, at its top or as it runs. */
export const importsOf = (file: string): Import[] => {
  const known = imports.get(file) ?? nodesOf(parse(file)).flatMap((node) => importBy(node, file));
  imports.set(file, known);
  return known;
};

const importBy = (node: ts.Node, file: string): Import[] => {
  if (ts.isImportDeclaration(node)) return [{ from: target(file, node.moduleSpecifier), typeOnly: isTypeOnly(node) }];
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    return [{ from: target(file, node.moduleSpecifier), typeOnly: node.isTypeOnly }];
  }
  const [argument] = ts.isCallExpression(node) && loads(node) ? node.arguments : [];
  return argument === undefined ? [] : [{ from: target(file, argument), typeOnly: false }];
};

/** `import("…")` and koffi's `require("…")`. */
const loads = (call: ts.CallExpression): boolean =>
  call.expression.kind === ts.SyntaxKind.ImportKeyword || call.expression.getText().endsWith("require");

const isTypeOnly = (node: ts.ImportDeclaration): boolean => {
  const clause = node.importClause;
  if (clause === undefined || clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return clause !== undefined;
  const named = clause.namedBindings;
  return (
    clause.name === undefined &&
    named !== undefined &&
    ts.isNamedImports(named) &&
    named.elements.every((one) => one.isTypeOnly)
  );
};

const target = (file: string, specifier: ts.Expression): string => {
  const text = ts.isStringLiteralLike(specifier) ? specifier.text : specifier.getText();
  return text.startsWith(".") ? posix.join(posix.dirname(file), text) : text;
};

/** The sizes of a file's functions. What is a function itself within another counts for that one only. */
export const functionsOf = (file: string): FunctionSize[] =>
  nodesOf(parse(file))
    .filter(isFunction)
    .map((node) => ({ place: placeOf(node), lines: ownLines(node), parameters: node.parameters.length }));

const isFunction = (node: ts.Node): node is ts.ArrowFunction | ts.FunctionDeclaration | ts.MethodDeclaration =>
  ts.isArrowFunction(node) || ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node);

const linesOf = (node: ts.Node): number => node.getText().split("\n").length;

const ownLines = (node: ts.Node): number =>
  functionsIn(node).reduce((lines, inner) => lines - linesOf(inner) + 1, linesOf(node));

/** The functions directly within a node, not those within these. */
const functionsIn = (node: ts.Node): ts.Node[] => {
  const found: ts.Node[] = [];
  ts.forEachChild(node, (child) => {
    found.push(...(isFunction(child) ? [child] : functionsIn(child)));
  });
  return found;
};

/** The names that a file gives: to values, parameters, fields and types. */
export const namesGiven = (file: string): ts.Identifier[] =>
  nodesOf(parse(file)).flatMap((node) =>
    isNaming(node) && node.name && ts.isIdentifier(node.name) ? [node.name] : [],
  );

const isNaming = (node: ts.Node): node is ts.NamedDeclaration =>
  ts.isVariableDeclaration(node) ||
  ts.isParameter(node) ||
  ts.isPropertySignature(node) ||
  ts.isPropertyDeclaration(node) ||
  ts.isInterfaceDeclaration(node) ||
  ts.isTypeAliasDeclaration(node);

/** Exports without a docstring. A re-export is documented where it is declared. */
export const undocumentedExports = (file: string): string[] =>
  parse(file)
    .statements.filter((statement) => isExported(statement) && ts.getJSDocCommentsAndTags(statement).length === 0)
    .map(placeOf);

const isExported = (statement: ts.Statement): boolean =>
  ts.canHaveModifiers(statement) &&
  (ts.getModifiers(statement) ?? []).some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword);
