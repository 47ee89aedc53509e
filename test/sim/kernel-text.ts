import { FAMILIES } from "../../src/core/family.ts";
import { MAIN_TABLE, type Rule, type RuleSelector } from "../../src/core/kernel/kernel.ts";
import type { FakeKernel, StoredRoute } from "./kernel.ts";

/** The kernel as `ip -4 route`, `ip -6 route` and `ip rule` would print it, for failures that one can read. */
export const kernelText = (kernel: FakeKernel): string =>
  [
    ...kernel.links.map(
      ({ index, name, adminUp, carrier }) =>
        `${index}: ${name}: <${[adminUp ? "UP" : "DOWN", carrier ? "LOWER_UP" : "NO-CARRIER"].join(",")}>${kernel.addresses
          .filter((one) => one.link === index)
          .map((one) => ` ${one.address}/${one.prefixLength}`)
          .join("")}`,
    ),
    ...FAMILIES.flatMap((family) => [
      ...kernel.routes.filter((route) => route.family === family).map((route) => routeText(kernel, route)),
      ...kernel.rules.filter((rule) => rule.family === family).map(ruleText),
    ]),
  ].join("\n");

/** One route as `ip route` prints it. */
export const routeText = (kernel: FakeKernel, route: StoredRoute): string => {
  const device = (index: number): string => kernel.links.find((link) => link.index === index)?.name ?? `if${index}`;
  const way = (hop: StoredRoute["hops"][number]): string =>
    `${hop.gateway === null ? "" : `via ${hop.gateway} `}dev ${device(hop.link)}`;
  const [only] = route.hops;
  const ways =
    route.hops.length > 1
      ? route.hops.map((hop) => `nexthop ${way(hop)} weight ${hop.weight}`).join(" ")
      : only === undefined
        ? ""
        : way(only);
  const words = [
    route.type === "unreachable" ? "unreachable" : "",
    route.destination,
    ways,
    route.table === MAIN_TABLE ? "" : `table ${route.table}`,
    `proto ${route.protocol} metric ${route.metric}`,
  ];
  return words.filter((word) => word !== "").join(" ");
};

const selectorText = (select: RuleSelector): string => {
  if ("from" in select) return `from ${select.from}`;
  if ("output" in select) return `from all oif ${select.output}`;
  if ("resolver" in select) return `from all to ${select.resolver} iif lo dport 53`;
  return `from ${("mark" in select && select.traffic?.from) || "all"} fwmark 0x${select.mark.toString(16)}/0x${select.mask.toString(16)}`;
};

const ruleText = ({ priority, select, table, suppressPrefixLength }: Rule): string => {
  const who = selectorText(select);
  const suppress = suppressPrefixLength === null ? "" : ` suppress_prefixlength ${suppressPrefixLength}`;
  return `${priority}: ${who} lookup ${table === MAIN_TABLE ? "main" : table}${suppress}`;
};
