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

/** An uplink can do without it, but hardly one does. */
const USUAL = "interface";

const groupLines = (group: Option, indent: string): Line[] =>
  Object.entries(group.properties ?? {}).flatMap(([name, option]) => {
    const needed = group.required?.includes(name) || name === USUAL;
    return optionLines({ name, option, indent, needed });
  });

interface Place {
  readonly name: string;
  readonly option: Option;
  readonly indent: string;
  readonly needed: boolean;
}

const optionLines = (place: Place): Line[] => {
  const { name, option, indent } = place;
  const inner = option.items?.properties === undefined ? option : option.items;
  if (inner.properties === undefined) return [valueLine(place)];
  const title = { indent, code: `${name}:`, says: firstSentence(option) };
  const lines = inner === option ? groupLines(inner, `${indent}  `) : itemLines(place, inner);
  return isLeftOut(place) ? [title, ...lines].map((line) => commentedOut(line, indent)) : [title, ...lines];
};

/** A group that nobody has unless it is written; a list that is empty. */
const isLeftOut = ({ option, needed }: Place): boolean =>
  !needed && (option.default === undefined || (Array.isArray(option.default) && option.default.length === 0));

const commentedOut = ({ indent, code, says }: Line, outer: string): Line => ({
  indent: outer,
  code: `# ${indent.slice(outer.length)}${code.replace(/^# /, "")}`,
  says,
});

const valueLine = ({ name, option, indent, needed }: Place): Line => {
  const value = option.default ?? exampleOf(option);
  const off = option.default === undefined && !needed ? "# " : "";
  return { indent, code: `${off}${name}: ${asYaml(value)}`, says: firstSentence(option) };
};

const exampleOf = (option: Option): unknown =>
  branchesOf(option).flatMap(({ examples }) => examples ?? [])[0] ??
  (option.items === undefined ? undefined : [exampleOf(option.items)]);

/** The first of a list's entries, in full; then, of the uplinks, another, as short as can be. */
const itemLines = (list: Place, item: Option): Line[] => {
  const indent = `${list.indent}  `;
  const [first, ...rest] = groupLines(item, `${indent}  `);
  const lines = first === undefined ? [] : [{ ...first, indent, code: `- ${first.code.replace(/^# /, "")}` }, ...rest];
  const second = { indent, code: "- { name: lte, interface: wwan0, metered: true }", says: "" };
  return list.needed ? [...lines, second] : lines;
};

const asYaml = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map((entry) => asYaml(entry)).join(", ")}]`;
  return typeof value === "string" ? quoted(value) : String(value);
};

/** What would be split, or taken for a number, without quotes. */
const quoted = (text: string): string => (text.includes(":") || !Number.isNaN(Number(text)) ? `"${text}"` : text);

const firstSentence = ({ description = "" }: Option): string =>
  (/^.*?\.(?= |$)/.exec(description)?.[0] ?? description).replaceAll("`", "").replace(/\.$/, "");
