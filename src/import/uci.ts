/** A section of a file in OpenWrt's unified configuration interface (UCI). */
export interface Section {
  readonly type: string;
  /** Empty where it has none. */
  readonly name: string;
  /** Options have one value, lists several. */
  readonly values: ReadonlyMap<string, readonly string[]>;
}

const LINE = /^[ \t]*(config|option|list)[ \t]+(\S+)[ \t]*(.*)$/;

/** More is no setting. */
const VALUE_MAX = 1024;

/** A word in quotes, or up to the next blank: what follows is a comment. */
const unquoted = (text: string): string => {
  const [, double, single, plain] = /^(?:"([^"]*)"|'([^']*)'|([^\s#]*))/.exec(text) ?? [];
  return (double ?? single ?? plain ?? "").slice(0, VALUE_MAX);
};

/** The sections of a file, in their order; what isn't understood is left out. Takes time linear in the text. Never throws. */
export const readUci = (text: string): readonly Section[] => {
  const sections: { type: string; name: string; values: Map<string, string[]> }[] = [];
  for (const line of text.split("\n")) {
    const [, keyword, first = "", rest = ""] = LINE.exec(line.replace("\r", "")) ?? [];
    const values = sections.at(-1)?.values;
    const key = unquoted(first);
    if (keyword === "config") sections.push({ type: key, name: unquoted(rest), values: new Map() });
    else if (keyword === "option") values?.set(key, [unquoted(rest)]);
    else if (keyword === "list") values?.set(key, [...(values.get(key) ?? []), unquoted(rest)]);
  }
  return sections;
};

/** An option's value, empty where it isn't set. Never throws. */
export const optionOf = ({ values }: Section, key: string): string => values.get(key)?.[0] ?? "";
