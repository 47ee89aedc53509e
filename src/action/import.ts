import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { listNames, readText } from "../adapter/machine/files.ts";
import type { System } from "../cli/command/config.ts";
import type { Output } from "../cli/output.ts";
import { AppError } from "../error.ts";
import { importAstlinux } from "../import/astlinux.ts";
import { hasPolicy, importMwan3 } from "../import/mwan3.ts";
import type { SourceFile } from "../import/variables.ts";

/** What `wan-failover import SYSTEM PATH…` was asked. */
export interface ImportRequest {
  readonly system: System;
  readonly paths: readonly string[];
  readonly output: Pick<Output, "write">;
}

/** Prints another system's settings as a config. Returns the exit code. Throws AppError. */
export const runImport = ({ system, paths, output }: ImportRequest): number => {
  const { filesIn, holds, absent, convert } = IMPORTS[system];
  const files = paths.flatMap((path) => (isFolder(path) ? filesIn(path) : [path])).map(readSource);
  if (!holds(files)) throw new AppError("import-failed", `${paths.join(", ")} has ${absent}`);
  output.write(convert(files).trimEnd());
  return 0;
};

interface Import {
  readonly filesIn: (folder: string) => readonly string[];
  readonly holds: (files: readonly SourceFile[]) => boolean;
  /** What is missing where nothing can be imported. */
  readonly absent: string;
  readonly convert: (files: readonly SourceFile[]) => string;
}

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

const IMPORTS: Readonly<Record<System, Import>> = {
  astlinux: {
    filesIn: astlinuxFiles,
    holds: (files) => files.some(({ text }) => /^[^#\n]*\b(WAN_FAILOVER_|EXTIF=|EXT2IF=)/m.test(text)),
    absent: "no variable of AstLinux's network",
    convert: importAstlinux,
  },
  mwan3: {
    filesIn: (folder) => ["mwan3", "network"].map((name) => join(folder, name)).filter((path) => existsSync(path)),
    holds: hasPolicy,
    absent: "no policy of mwan3's with a member",
    convert: importMwan3,
  },
};

const readSource = (path: string): SourceFile => {
  const text = readText(path);
  if (text === null) throw new AppError("import-failed", `${path} can't be read as a file`);
  return { name: path, text };
};
