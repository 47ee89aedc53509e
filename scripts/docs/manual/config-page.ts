import { branchesOf, describeValues, type Option } from "../../../src/config/option.ts";
import { bold, page, roff, section, tagged } from "./roff.ts";

/** wan-failover.yaml(5), from the schema. */
export const configManual = (schema: Option): string =>
  page("WAN\\-FAILOVER.YAML", 5, [
    section("NAME", "wan\\-failover.yaml \\- what wan\\-failover is told to do"),
    section("SYNOPSIS", "\\fI/etc/wan\\-failover/config.yaml\\fR"),
    section("DESCRIPTION", roff(DESCRIPTION)),
    section("EXAMPLE", ".nf", ...EXAMPLE.map(roff), ".fi"),
    section("OPTIONS", ...optionTexts("", schema)),
    section("SEE ALSO", "\\fBwan\\-failover\\fR(8)"),
  ]);

const DESCRIPTION =
  "YAML 1.2. `wan-failover check` lists every mistake with its line and what would be right. An unknown option is a mistake. Durations are written with their unit and without a space: `500ms`, `3s`, `10m`, `2h`, `30d`.";

const EXAMPLE = [
  "uplinks:                       # order is preference",
  "  - { name: fiber, interface: eth0 }",
  "  - { name: lte,   interface: wwan0, metered: true }",
];

/** Each option by its path, groups before what is in them. */
const optionTexts = (path: string, group: Option): string[] =>
  Object.entries(group.properties ?? {}).flatMap(([name, option]) => {
    const here = path === "" ? name : `${path}.${name}`;
    const item = branchesOf(option.items ?? {}).find(({ properties }) => properties !== undefined);
    const inner = item === undefined ? optionTexts(here, option) : optionTexts(`${here}[]`, item);
    return [optionText(here, option), ...inner];
  });

const optionText = (path: string, option: Option): string => {
  const values = option.properties === undefined ? ` Values: ${describeValues(option)}.` : "";
  return tagged(bold(path), `${option.description ?? ""}${values}${defaultText(option)}`.trim());
};

const defaultText = ({ default: value }: Option): string => {
  if (value === undefined || (typeof value === "object" && !Array.isArray(value))) return "";
  return ` Default: ${Array.isArray(value) ? value.join(", ") || "none" : String(value)}.`;
};
