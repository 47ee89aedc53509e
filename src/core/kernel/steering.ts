import type { Family } from "../family.ts";
import { inFamily } from "../network.ts";
import type { Steered } from "../policy/steer.ts";
import type { PacketMark, SteeringSettings } from "../settings.ts";
import { ALL_TRAFFIC, type Rule, type Traffic } from "./kernel.ts";
import { NUMBER_MASK, REFUSAL_TABLE, steeringPriority, tableOf } from "./mark.ts";

/** A steering and where it leads now, null where it says nothing about the family. */
export interface Steering {
  readonly settings: SteeringSettings;
  readonly way: Steered | null;
}

/** A rule that is yet to be made a pair of. */
export type RuleSketch = Pick<Rule, "family" | "priority" | "select" | "table">;

/**
 * What leads steered packets to their uplinks' tables. Only what is pinned to no uplink is looked at: the first packet of a
 * flow, which then bears its uplink's mark. A steering without an uplink that works has no rules: those behind it, and
 * other programs' rules, see what it would have taken. What may go nowhere else is refused by rules that are always there:
 * a table is empty as soon as its uplink has no carrier, whoever learns of that. Never throws.
 */
export const steeringRules = (
  steerings: readonly Steering[],
  { family, numbers }: { readonly family: Family; readonly numbers: ReadonlyMap<string, number> },
): readonly RuleSketch[] =>
  steerings.flatMap(({ settings, way }, place) => {
    if (way === null) return [];
    const first = steeringPriority(place);
    const table = tableFor(way, numbers);
    const to = (priority: number, table: number): readonly RuleSketch[] =>
      trafficOf(settings, family).map((traffic) => ({
        family,
        priority,
        select: { ...unpinned(settings.mark), traffic },
        table,
      }));
    return [
      ...(table === null ? [] : to(first, table)),
      ...(settings.otherwise === "refuse" ? to(first + 2, REFUSAL_TABLE) : []),
    ];
  });

/** Of the packets that are pinned to no uplink, all, or those with somebody else's mark besides. */
const unpinned = (theirs: PacketMark | null): PacketMark =>
  theirs === null ? { mark: 0, mask: NUMBER_MASK } : { mark: theirs.mark, mask: (NUMBER_MASK | theirs.mask) >>> 0 };

/** null: no uplink's. */
const tableFor = ({ over }: Steered, numbers: ReadonlyMap<string, number>): number | null => {
  const number = over === null ? undefined : numbers.get(over);
  return number === undefined ? null : tableOf(number);
};

const trafficOf = (steering: SteeringSettings, family: Family): readonly Traffic[] => {
  const { from, to, input, transport, sourcePorts, ports } = steering;
  return [{ ...ALL_TRAFFIC, input, transport }]
    .flatMap((one) => orAny(inFamily(from, family)).map((network) => ({ ...one, from: alone(network) })))
    .flatMap((one) => orAny(inFamily(to, family)).map((network) => ({ ...one, to: alone(network) })))
    .flatMap((one) => orAny(sourcePorts).map((range) => ({ ...one, sourcePorts: range })))
    .flatMap((one) => orAny(ports).map((range) => ({ ...one, ports: range })));
};

/** A rule with null fits everything. */
const orAny = <One>(list: readonly One[]): readonly (One | null)[] => (list.length === 0 ? [null] : list);

/** The kernel tells a single address without its length. */
const alone = (network: string | null): string | null => network?.replace(/(?<=\.\d+)\/32$|\/128$/, "") ?? null;
