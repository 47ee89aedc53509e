import { covers, isPrivate, type Network } from "../../core/network.ts";
import type { Mistake } from "../mistake/explain.ts";
import { parseWritten } from "../value/network.ts";
import { member, mistake, type Path } from "./written.ts";

/** Prefixes of `translate` that can't stand for each other. Never throws. */
export const prefixMistakes = (uplinks: readonly unknown[]): Mistake[] =>
  uplinks.flatMap((uplink, place) =>
    mistakesIn(member(member(uplink, "ipv6"), "translate"), ["uplinks", place, "ipv6", "translate"]),
  );

const mistakesIn = (translate: unknown, path: Path): Mistake[] => {
  const [outer, inner] = [prefixIn(translate, "npt"), prefixIn(translate, "inside")];
  if (outer === null) return [];
  const written = String(member(translate, "npt"));
  if (inner === null) {
    return isPrivate(outer) && member(translate, "inside") === undefined
      ? [
          mistake(
            [...path, "npt"],
            `${written} is a local prefix, and npt names the one outside`,
            `say \`{ npt: auto, inside: "${written}" }\``,
          ),
        ]
      : [];
  }
  const inside = String(member(translate, "inside"));
  if (inner.length < outer.length) {
    const message = `${inside} is wider than ${written}, which is to stand for it`;
    return [mistake([...path, "inside"], message, `give a prefix of /${outer.length} or longer`)];
  }
  return covers(outer, inner)
    ? [
        mistake(
          [...path, "inside"],
          `${inside} lies within ${written} itself`,
          "give the prefix that the local networks have",
        ),
      ]
    : [];
};

const prefixIn = (translate: unknown, key: string): Network | null => {
  const value = member(translate, key);
  const network = typeof value === "string" ? parseWritten(value) : null;
  return network?.family === "ipv6" ? network : null;
};
