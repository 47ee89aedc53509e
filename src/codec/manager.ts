/** One message of Asterisk's manager interface: its fields by name, in lower case; of repeated ones all values, a line each. */
export type ManagerMessage = Readonly<Record<string, string>>;

/** An action as it is sent. No value can begin a field of its own. Never throws. */
export const encodeAction = (fields: Readonly<Record<string, string>>): string =>
  `${Object.entries(fields)
    .map(([name, value]) => `${name}: ${value.replace(/[\r\n]+/g, " ")}\r\n`)
    .join("")}\r\n`;

/**
 * The whole messages in a text, and what is left of it. The greeting (`Asterisk Call Manager/…`) is a line without a colon
 * in front of the first. Never throws.
 * Source: docs.asterisk.org, "The Asterisk Manager TCP/IP API", and `main/manager.c`.
 */
export const decodeMessages = (
  text: string,
): { readonly messages: readonly ManagerMessage[]; readonly rest: string } => {
  const parts = text.split("\r\n\r\n");
  const rest = parts.pop() ?? "";
  return { messages: parts.map(decodeMessage), rest };
};

const decodeMessage = (text: string): ManagerMessage => {
  const fields: Record<string, string> = {};
  for (const line of text.split("\r\n")) {
    const [, name = "", value = ""] = /^([\w-]+): ?(.*)$/s.exec(line) ?? [];
    if (name === "") continue;
    const key = name.toLowerCase();
    fields[key] = Object.hasOwn(fields, key) ? `${fields[key]}\n${value}` : value;
  }
  return fields;
};

/** How many calls are active, by the words of `core show channels count`; null where they don't say. Never throws. */
export const activeCallsIn = (text: string): number | null => {
  const [, calls] = /^(\d+) +active +calls?\b/m.exec(text) ?? [];
  return calls === undefined ? null : Number(calls);
};
