import { statSync } from "node:fs";
import { join } from "node:path";
import { listNames, readText } from "./adapter/machine/files.ts";
import type { Output } from "./cli/output.ts";
import type { System } from "./cli/program.ts";
import { AppError } from "./error.ts";
import { importAstlinux } from "./import/astlinux.ts";
import type { SourceFile } from "./import/variables.ts";

/** What `wan-failover import SYSTEM PATH…` was asked. */
export interface ImportRequest {
  readonly system: System;
  readonly paths: readonly string[];
  readonly output: Pick<Output, "write">;
}

/** Prints another system's settings as a config. Returns the exit code. Throws AppError. */
export const runImport = ({ paths, output }: ImportRequest): number => {
  const files = paths.flatMap((path) => (isFolder(path) ? astlinuxFiles(path) : [path])).map(readSource);
  if (!files.some(({ text }) => /^[^#\n]*\b(WAN_FAILOVER_|EXTIF=|EXT2IF=)/m.test(text))) {
    throw new AppError("import-failed", `${paths.join(", ")} has no variable of AstLinux's network`);
  }
  output.write(importAstlinux(files).trimEnd());
  return 0;
};

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** In AstLinux's order: what is set later counts. */
const astlinuxFiles = (folder: string): readonly string[] => {
  const inside = (place: string, fits: (name: string) => boolean): string[] =>
    listNames(place)
      .filter(fits)
      .map((name) => join(place, name));
  return [
    ...inside(folder, (name) => name === "rc.conf"),
    ...inside(folder, (name) => /^(gui\..*|user)\.conf$/.test(name)),
    ...inside(join(folder, "rc.conf.d"), (name) => name.endsWith(".conf")),
  ];
};

const readSource = (path: string): SourceFile => {
  const text = readText(path);
  if (text === null) throw new AppError("import-failed", `${path} can't be read as a file`);
  return { name: path, text };
};
