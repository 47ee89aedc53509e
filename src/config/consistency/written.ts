import type { Mistake } from "../mistake/explain.ts";

/** Where in the file something is written. */
export type Path = readonly PropertyKey[];

/** A value of the file, right or wrong, and where it is written. */
export interface Entry {
  readonly path: Path;
  readonly value: unknown;
}

/** What is written under a key, undefined where nothing is. Never throws. */
export const member = (written: unknown, key: string): unknown =>
  typeof written === "object" && written !== null ? Object.getOwnPropertyDescriptor(written, key)?.value : undefined;

/** The list that is written under a key, empty where there is none. Never throws. */
export const listIn = (written: unknown, key: string): readonly unknown[] => {
  const list = member(written, key);
  return Array.isArray(list) ? list : [];
};

/** A mistake in the value at a place. Never throws. */
export const mistake = (path: Path, message: string, remedy: string): Mistake => ({
  path,
  atKey: false,
  message,
  remedy,
});
