import { type Family, familyName } from "../../core/family.ts";
import type { Mistake } from "../mistake/explain.ts";
import { KINDS_MAX } from "../schema/steering.ts";
import { familyOfNetwork } from "../value/network.ts";
import { listIn, member, mistake, type Path } from "./written.ts";

/** What can't be right about the traffic that is steered. Never throws. */
export const steeringMistakes = (written: unknown): Mistake[] => {
  const names = listIn(written, "uplinks").map((uplink) => member(uplink, "name"));
  return listIn(written, "steer").flatMap((steering, place) => {
    const path: Path = ["steer", place];
    return [
      ...strangers(steering, { path, names }),
      ...limitless(steering, path),
      ...unmet(steering, path),
      ...sprawling(steering, path),
    ];
  });
};

interface Naming {
  readonly path: Path;
  /** Of the uplinks, as they are written. */
  readonly names: readonly unknown[];
}

const strangers = (steering: unknown, { path, names }: Naming): Mistake[] => {
  const over = listIn(steering, "over");
  return over.flatMap((name, place) => {
    if (typeof name !== "string") return [];
    const at = [...path, "over", place];
    if (!names.includes(name))
      return [mistake(at, `there is no uplink ${JSON.stringify(name)}`, `name one of ${names.join(", ")}`)];
    return over.indexOf(name) < place ? [mistake(at, `${name} is there already`, "remove one")] : [];
  });
};

const LIMITS = ["from", "to", "sourcePorts", "ports"] as const;

const limitless = (steering: unknown, path: Path): Mistake[] => {
  const says = (key: string): boolean => member(steering, key) !== undefined;
  const isLimited =
    LIMITS.some((key) => listIn(steering, key).length > 0) || ["interface", "protocol", "mark"].some(says);
  return isLimited || typeof steering !== "object"
    ? []
    : [
        mistake(
          path,
          "fits all traffic",
          "say which by `from`, `interface`, `to`, `protocol`, `sourcePorts`, `ports` or `mark`; the order of `uplinks` is for the rest",
        ),
      ];
};

/** Sources of one family and destinations of the other meet in no packet. */
const unmet = (steering: unknown, path: Path): Mistake[] => {
  const [from, to] = ["from", "to"].map((key) => familiesIn(listIn(steering, key)));
  if (from === undefined || to === undefined || from.size === 0 || to.size === 0) return [];
  if ([...from].some((family) => to.has(family))) return [];
  const words = [...from].map((family) => familyName(family)).join("");
  return [mistake([...path, "to"], `has no ${words} network, as \`from\` has`, "let both be of one family")];
};

const familiesIn = (networks: readonly unknown[]): ReadonlySet<Family> =>
  new Set(networks.flatMap((network) => (typeof network === "string" ? familyOfNetwork(network) : [])));

const sprawling = (steering: unknown, path: Path): Mistake[] => {
  const kinds = LIMITS.reduce((product, key) => product * Math.max(1, listIn(steering, key).length), 1);
  return kinds <= KINDS_MAX
    ? []
    : [
        mistake(
          path,
          `makes ${kinds} kinds of packets of its lists, and at most ${KINDS_MAX} are looked for`,
          "use wider networks or ranges of ports, or several entries",
        ),
      ];
};
