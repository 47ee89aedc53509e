import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release } from "node:os";

/** A table as Markdown: what a bench prints, and what goes into bench/README.md. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Which machine the figures are of, and how busy it was when the bench began. */
export const machineText = (): string =>
  [
    cpus()[0]?.model.trim() ?? "unknown CPU",
    `${availableParallelism()} cores`,
    `Linux ${release()}`,
    `Node ${process.versions.node}`,
    `load ${loadText()}`,
  ].join(", ");

/** Of the last minute, and how many processes are there in all: a busy machine measures badly. */
const loadText = (): string => `${(loadavg()[0] ?? 0).toFixed(1)} of ${processCount()} processes`;

const processCount = (): string => readFileSync("/proc/loadavg", "latin1").split(" ")[3]?.split("/")[1] ?? "?";

const line = (cells: readonly string[], widths: readonly number[]): string =>
  `| ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(" | ")} |`;

/** Prints the table. The first one of a bench should be preceded by `machineText`. */
export const printTable = ({ title, columns, rows }: Table): void => {
  const widths = columns.map((name, index) => Math.max(name.length, ...rows.map((row) => (row[index] ?? "").length)));
  const rule = widths.map((width) => "-".repeat(width));
  console.log([title, "", ...[columns, rule, ...rows].map((cells) => line(cells, widths)), ""].join("\n"));
};
