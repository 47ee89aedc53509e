import { CONDITIONAL, readShell, type Skipped } from "./shell.ts";

/** A file that is being imported. */
export interface SourceFile {
  /** As people call it. */
  readonly name: string;
  readonly text: string;
}

/** A variable that has no equivalent, or a value that can't be taken, and why. */
export interface Left {
  /** `NAME="value"`, or where something stands. */
  readonly what: string;
  readonly reason: string;
}

/** The variables of some shell files, and what becomes of them. */
export interface Variables {
  /** Its value without blanks around; empty where it isn't set or can't be known, which is then noted. Never throws. */
  get(name: string): string;
  /** `NAME="value"`, or that it isn't set. Never throws. */
  cite(name: string): string;
  /** Notes that it isn't taken over, if it is set. Never throws. */
  leave(name: string, reason: string): void;
  /** Of these names, those that are set and that nothing has cited yet. */
  uncited(names: readonly string[]): readonly string[];
  /** What was noted, in that order. */
  left(): readonly Left[];
}

const SECRET = /PASS/;

interface Found {
  readonly value: string | null;
  /** Where it is set last, if nobody knows to what. */
  readonly doubt: { readonly place: string; readonly why: string } | null;
}

/** Reads the files in their order: what is set later counts. Never throws. */
export const readVariables = (files: readonly SourceFile[]): Variables => {
  const found = new Map<string, Found>();
  const known = new Map<string, string>();
  const cited = new Set<string>();
  const notes = new Map<string, Left>();
  const note = (left: Left): void => void notes.set(left.what, left);
  for (const { name: file, text } of files) {
    const { assignments, skipped, openQuote } = readShell(text, known);
    for (const assignment of assignments) {
      const { name, value, why } = assignment;
      const before = found.get(name)?.value ?? null;
      // What may be set doesn't unset what is.
      const kept = value === null && why === CONDITIONAL.why ? before : value;
      found.set(name, { value: kept, doubt: value === null ? { place: `${file}:${assignment.line}`, why } : null });
      if (kept === null) known.delete(name);
      else known.set(name, kept);
    }
    if (skipped.length > 0) note({ what: file, reason: skippedText(skipped) });
    if (openQuote !== null)
      note({ what: `${file}:${openQuote}`, reason: "a quote is never closed; what follows was not read" });
  }
  const textOf = (name: string): string => found.get(name)?.value?.trim() ?? "";
  const cite = (name: string): string => {
    cited.add(name);
    return textOf(name) === "" ? `${name} isn't set` : `${name}="${SECRET.test(name) ? "…" : textOf(name)}"`;
  };
  return {
    get: (name) => {
      const doubt = found.get(name)?.doubt;
      if (doubt != null)
        note({
          what: `${name} (${doubt.place})`,
          reason: `not taken: it ${SECRET.test(name) ? "isn't plain" : doubt.why}`,
        });
      return textOf(name);
    },
    cite,
    leave: (name, reason) => {
      if (textOf(name) !== "") note({ what: cite(name), reason });
    },
    uncited: (names) => names.filter((name) => textOf(name) !== "" && !cited.has(name)),
    left: () => [...notes.values()],
  };
};

const SHOWN_MAX = 5;

const skippedText = (skipped: readonly Skipped[]): string => {
  const shown = skipped.slice(0, SHOWN_MAX).map(({ word, line }) => `${word} (line ${line})`);
  const more = skipped.length > SHOWN_MAX ? ` and ${skipped.length - SHOWN_MAX} more` : "";
  return `commands are never run: ${shown.join(", ")}${more}`;
};
