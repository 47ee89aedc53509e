import type { Table } from "../lib/report.ts";

const BEGIN = "<!-- figures: npm run bench detector -->";
const END = "<!-- end of figures -->";

/** `document` with the tables between its marks. Throws where the marks are missing. */
export const docsText = (document: string, tables: readonly Table[]): string => {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`The document lacks the marks ${BEGIN} and ${END}.`);
  return `${document.slice(0, begin + BEGIN.length)}\n\n${tables.map(markdown).join("\n\n")}\n\n${document.slice(end)}`;
};

const markdown = ({ title, columns, rows }: Table): string =>
  [`**${title}**`, "", ...[columns, columns.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`)].join(
    "\n",
  );
