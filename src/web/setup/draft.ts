import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { ConfigIssue } from "../../config/mistake/issue.ts";
import type { Edit } from "./document.ts";
import type { Path } from "./schema.ts";

export type Issue = ConfigIssue;

/** What every field needs of the config that is being written. */
export interface Draft {
  /** What its text says; null: it is no YAML. */
  readonly value: unknown;
  readonly issues: readonly Issue[];
  readonly edit: (edit: Edit) => void;
}

export const DraftContext = createContext<Draft>({ value: null, issues: [], edit: () => {} });

export const useDraft = (): Draft => useContext(DraftContext);

/** `uplinks[1].interface`, as the daemon names an option. */
export const pathText = (path: Path): string =>
  path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? key : `${text}.${key}`;
  }, "");

/** A field's id, for labels and for who jumps to it. */
export const fieldId = (path: Path): string => `option-${pathText(path).replaceAll(/[[\].]/g, "-")}`;
