import { type Family, familyName } from "../../core/family.ts";
import { type Network, overlap } from "../../core/network.ts";
import type { Mistake } from "../mistake/explain.ts";
import { formatPath } from "../mistake/issue.ts";
import { familyOfNetwork, parseWritten } from "../value/network.ts";
import { type Entry, listIn, member, mistake, type Path } from "./written.ts";

interface Written {
  readonly path: Path;
  readonly text: string;
  readonly network: Network;
  readonly family: Family;
  readonly uplink: unknown;
}

/** Destinations that no uplink could have for itself, or in a family that it doesn't use. Never throws. */
export const routeMistakes = (uplinks: readonly unknown[]): Mistake[] => {
  const routes = uplinks.flatMap((uplink, place) =>
    listIn(uplink, "routes").flatMap((value, index) =>
      parsed({ path: ["uplinks", place, "routes", index], value }, uplink),
    ),
  );
  return [
    ...routes.filter(({ uplink, family }) => member(member(uplink, family), "method") === "none").map(unused),
    ...routes.flatMap((route, index) => clash(route, routes.slice(0, index))),
  ];
};

const parsed = ({ path, value }: Entry, uplink: unknown): Written[] => {
  const network = typeof value === "string" ? parseWritten(value) : null;
  return typeof value !== "string" || network === null
    ? []
    : [{ path, text: value, network, family: familyOfNetwork(value), uplink }];
};

const unused = ({ path, text, family }: Written): Mistake =>
  mistake(
    path,
    `${text} is an ${familyName(family)} network, and the uplink doesn't use ${familyName(family)}`,
    "remove it",
  );

const clash = (route: Written, before: readonly Written[]): Mistake[] => {
  const other = before.find((one) => overlap(one.network, route.network) && !isRefinement(one, route));
  if (other === undefined) return [];
  const message = `${route.text} and ${other.text}, at ${formatPath(other.path)}, have addresses in common`;
  return [mistake(route.path, message, "let each destination take one uplink")];
};

/** Within one uplink a part of a wider network says nothing wrong. */
const isRefinement = (a: Written, b: Written): boolean =>
  a.uplink === b.uplink && a.network.length !== b.network.length;
