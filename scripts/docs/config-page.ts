import { branchesOf, describeValues, isDuration, type Option, optionAt } from "../../src/config/option.ts";
import { formatDuration } from "../../src/config/value/duration.ts";
import { type DetectionSettings, PRESETS, type PresetName } from "../../src/core/detector/presets.ts";
import { fullExample } from "./example.ts";
import { table } from "./table.ts";

const LEAST = `uplinks:                       # order is preference
  - { name: fiber, interface: eth0 }
  - { name: lte,   interface: wwan0, metered: true }`;

/** docs/config.md: every option, from the schema. */
export const configPage = (schema: Option): string => `# The config

Generated from \`src/config/schema\` by \`npm run docs\`.

\`/etc/wan-failover/config.yaml\`, in YAML 1.2. \`wan-failover check\` lists every mistake with its line and what would be
right; an unknown option is a mistake. \`systemctl reload wan-failover\` puts a changed file into effect,
save for \`history\` and \`log\`.

Durations are written with their unit and without a space: \`500ms\`, \`3s\`, \`10m\`, \`2h\`, \`30d\`.

## The least that works

\`\`\`yaml
${LEAST}
\`\`\`

Everything else has a default.

## Options

${section("", schema)}

${detectionSection(schema)}

## All options, with their defaults

\`\`\`yaml
${fullExample(schema)}\`\`\`

## In an editor

[config.schema.json](config.schema.json) is a JSON Schema for editors that complete and check YAML. With the YAML
language server, the file's first line may say \`# yaml-language-server: $schema=…/config.schema.json\`.
`;

/** A table of a group's options, then one for each group in it; what has several forms of groups is told elsewhere. */
const section = (name: string, group: Option): string => {
  const options = Object.entries(group.properties ?? {});
  const rows = options.map(([key, option]) => row(key, option, group.required?.includes(key) ?? false));
  const title = name === "" ? "" : `### \`${name}\`\n\n${group.description}\n\n`;
  const inner = options.flatMap(([key, option]) => innerSections(name === "" ? key : `${name}.${key}`, option));
  return [`${title}${table(["Option", "Values", "Default", "Meaning"], rows)}`, ...inner].join("\n\n");
};

const innerSections = (name: string, option: Option): string[] => {
  const item = branchesOf(option.items ?? {}).find(({ properties }) => properties !== undefined);
  if (item !== undefined) return [section(`${name}[]`, item)];
  const [group, ...others] = branchesOf(option).filter(({ properties }) => properties !== undefined);
  return group === undefined || others.length > 0 ? [] : [section(name, group)];
};

const row = (name: string, option: Option, needed: boolean): string[] => [
  `\`${name}\``,
  values(option),
  needed ? "needed" : defaultOf(option),
  option.description ?? "",
];

const values = (option: Option): string => {
  const branches = branchesOf(option);
  if (branches.length > 1) return [...new Set(branches.map(values))].join(", or ");
  if (isDuration(option)) return `duration, ${option.range}`;
  if (option.type === "array")
    return `a list of ${option.minItems ?? 0} to ${option.maxItems} ${items(option.items ?? {})}`;
  return option.type === "string" && describeValues(option).startsWith("text") ? "text" : describeValues(option);
};

const items = (item: Option): string => (item.properties === undefined ? "entries" : "groups of options");

const defaultOf = (option: Option): string => {
  const value = option.default;
  if (value === undefined) return "–";
  if (Array.isArray(value) && value.length === 0) return "none";
  if (Array.isArray(value)) return value.map((entry) => `\`${entry}\``).join(" ");
  return typeof value === "object" ? "see below" : `\`${value}\``;
};

const ADAPTIVE: readonly PresetName[] = ["fast", "balanced", "calm", "metered"];

/** The numbers behind the presets: the schema's descriptions, the presets' values. */
const detectionSection = (schema: Option): string => {
  const detection = optionAt(schema, ["uplinks", 0, "detection"]) ?? {};
  const [adaptive, classic] = branchesOf(detection).filter(({ properties }) => properties !== undefined);
  return `### \`uplinks[].detection\` as a group

\`detection: { preset: balanced, failoverSpan: 5s }\` takes a preset and changes what is named. These are the presets'
numbers; a nat is a unit of evidence, the natural logarithm of a chance.

${presetTable(adaptive ?? {}, ADAPTIVE)}

\`classic\` counts failed tests as AstLinux does and has numbers of its own:

${presetTable(classic ?? {}, ["classic"])}`;
};

const presetTable = (group: Option, presets: readonly PresetName[]): string => {
  const options = Object.entries(group.properties ?? {}).filter(([name]) => name !== "preset");
  const rows = options.map(([name, option]) => [
    `\`${name}\``,
    values(option),
    ...presets.map((preset) => presetValue(PRESETS[preset], name)),
    option.description ?? "",
  ]);
  return table(["Option", "Values", ...presets.map((preset) => `\`${preset}\``), "Meaning"], rows);
};

const presetValue = (preset: DetectionSettings, option: string): string => {
  const fields = new Map<string, unknown>(Object.entries(preset));
  const duration = fields.get(`${option}Ms`);
  return typeof duration === "number"
    ? formatDuration(duration)
    : String(fields.get(`${option}Nats`) ?? fields.get(option));
};
