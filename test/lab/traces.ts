import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { vi } from "vitest";

/** The ids of all processes of the machine. */
export const processes = (): readonly number[] =>
  readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);

/** A process's words, with blanks between them; empty where it has gone. */
export const commandLine = (id: number): string => {
  try {
    return readFileSync(`/proc/${id}/cmdline`, "latin1").replaceAll("\0", " ");
  } catch {
    return "";
  }
};

/** What there is of a lab: its namespaces, its directory, and processes that name it. */
export const tracesOf = (lab: string): readonly string[] => [
  ...readdirSync("/run/netns").filter((entry) => entry.startsWith(lab)),
  ...readdirSync(tmpdir()).filter((entry) => entry.startsWith(lab)),
  ...processes()
    .map(commandLine)
    .filter((line) => line.includes(lab)),
];

/** Waits until nothing is left of a lab. Rejects with what is. */
export const isGone = (lab: string): Promise<void> =>
  vi.waitFor(() => {
    const left = tracesOf(lab);
    if (left.length > 0) throw new Error(`of ${lab} is left:\n${left.join("\n")}`);
  }, 10_000);
