/** What a DHCP client's hook told: its occasion, and the words of its environment. Nothing in it can be trusted. */
export interface HookReport {
  readonly what: string;
  readonly words: Readonly<Record<string, string>>;
}

/** More than all that the hook passes on can be long; whoever says more is not heard. */
const REPORT_MAX = 16_384;

/**
 * The whole reports in a text, and what is left of it. A report is a line for each word and an empty one at its end.
 * Source: `bin/dhcp-hook`. Never throws.
 */
export const decodeReports = (text: string): { readonly reports: readonly HookReport[]; readonly rest: string } => {
  const parts = text.split("\n\n");
  const rest = parts.pop() ?? "";
  return { reports: parts.map(decodeReport), rest: rest.length > REPORT_MAX ? "" : rest };
};

const decodeReport = (text: string): HookReport => {
  const { what = "", ...words } = Object.fromEntries(text.split("\n").map(wordIn));
  return { what, words };
};

const wordIn = (line: string): [string, string] => {
  const [name = "", ...value] = line.split("=");
  return [name, value.join("=")];
};
