/** Text for a man page: what troff would take for its own is escaped, `code` is bold, links keep their words. */
export const roff = (markdown: string): string =>
  markdown
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/\[([^\]]+)\]\([^)]*\)/g, "$1")
    .replace(/`([^`]+)`/g, "\\fB$1\\fR")
    .replace(/^(?=[.'])/gm, "\\&");

/** A tagged paragraph. */
export const tagged = (tag: string, text: string): string => `.TP\n${tag}\n${roff(text)}`;

/** A section, or a part of one. */
export const section = (title: string, ...paragraphs: readonly string[]): string =>
  [`.SH ${title}`, ...paragraphs].join("\n");

export const bold = (text: string): string => `\\fB${roff(text)}\\fR`;

/** One whole page. No date: it would make each build another file. */
export const page = (title: string, chapter: number, sections: readonly string[]): string =>
  `${[`.TH ${title} ${chapter} "" wan\\-failover`, ...sections].join("\n")}\n`;
