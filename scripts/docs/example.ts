import { branchesOf, type Option } from "../../src/config/option.ts";

/** A whole config in YAML: each option with its default, explained beside it. What has no default is commented out. */
export const fullExample = (schema: Option): string => [...groupLines(schema, "").map(formatLine), ""].join("\n");

interface Line {
  readonly indent: string;
  readonly code: string;
  readonly says: string;
}

const COMMENT_COLUMN = 40;

const formatLine = ({ indent, code, says }: Line): string => {
  const line = `${indent}${code}`;
  return says === "" ? line : `${line.padEnd(COMMENT_COLUMN)} # ${says}`;
};

const groupLines = (group: Option, indent: string): Line[] =>
  Object.entries(group.properties ?? {}).flatMap(([name, option]) => {
    const needed = group.required?.includes(name) ?? false;
    return optionLines({ name, option, indent, needed });
  });

interface Place {
  readonly name: string;
  readonly option: Option;
  readonly indent: string;
  readonly needed: boolean;
}

const optionLines = (place: Place): Line[] => {
  const { name, option, indent, needed } = place;
  const inner = option.items?.properties === undefined ? option : option.items;
  if (inner.properties === undefined) return [valueLine(place)];
  const title = { indent, code: `${name}:`, says: firstSentence(option) };
  const lines = [title, ...(inner === option ? groupLines(inner, `${indent}  `) : itemLines(inner, `${indent}  `))];
  return needed || option.default !== undefined ? lines : lines.map(commentedOut);
};

/** A group that is off unless it is written. */
const commentedOut = ({ code, ...line }: Line): Line => ({ ...line, code: `# ${code.replace(/^# /, "")}` });

const valueLine = ({ name, option, indent, needed }: Place): Line => {
  const value = option.default ?? branchesOf(option).flatMap(({ examples }) => examples ?? [])[0];
  const off = option.default === undefined && !needed ? "# " : "";
  return { indent, code: `${off}${name}: ${asYaml(value)}`, says: firstSentence(option) };
};

/** The first of a list's entries, in full; then another, as short as can be. */
const itemLines = (item: Option, indent: string): Line[] => [
  ...groupLines(item, `${indent}  `).map((line, place) =>
    place === 0 ? { ...line, indent, code: `- ${line.code}` } : line,
  ),
  { indent, code: "- { name: lte, interface: wwan0, metered: true }", says: "" },
];

const asYaml = (value: unknown): string =>
  Array.isArray(value) ? `[${value.map((entry) => asYaml(entry)).join(", ")}]` : quoted(String(value));

const quoted = (text: string): string => (text.includes(":") ? `"${text}"` : text);

const firstSentence = ({ description = "" }: Option): string =>
  (/^.*?\.(?= |$)/.exec(description)?.[0] ?? description).replaceAll("`", "").replace(/\.$/, "");
