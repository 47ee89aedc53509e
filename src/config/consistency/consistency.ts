import { checkDetection } from "../../core/detector/detection-check.ts";
import { FAMILIES, type Family, familyName } from "../../core/family.ts";
import { MOST_UPLINKS } from "../../core/kernel/mark.ts";
import { type Target, targetText } from "../../core/target/target.ts";
import { DEFAULT_TARGETS } from "../defaults.ts";
import type { Mistake } from "../mistake/explain.ts";
import { formatPath } from "../mistake/issue.ts";
import { detection, resolveDetection } from "../value/detection.ts";
import { isProbedIn, parseTarget } from "../value/target.ts";
import { addressingMistakes, isNowhere, isUsed } from "./addressing.ts";
import { capMistakes, essentialMistakes } from "./metered.ts";
import { prefixMistakes } from "./prefixes.ts";
import { routeMistakes } from "./routes.ts";
import { steeringMistakes } from "./steering.ts";
import { type Entry, listIn, member, mistake, type Path } from "./written.ts";

/**
 * What the schema can't see: options that are right by themselves but not together. Takes what was written, right or
 * wrong, so that these mistakes are listed in one go with the schema's; what can't be judged is left out. Never throws.
 */
export const findContradictions = (written: unknown): Mistake[] => {
  const uplinks = listIn(written, "uplinks").slice(0, MOST_UPLINKS);
  return [
    ...repeated(entriesOf("uplinks", uplinks, "name")),
    ...repeated(entriesOf("uplinks", uplinks, "interface")),
    ...routeMistakes(uplinks),
    ...addressingMistakes(uplinks),
    ...prefixMistakes(uplinks),
    ...capMistakes(written),
    ...essentialMistakes(written),
    ...repeated(entriesOf("steer", listIn(written, "steer"), "name")),
    ...steeringMistakes(written),
    ...uplinks.flatMap((uplink, place) => checkUplink(uplink, ["uplinks", place])),
  ];
};

const entriesOf = (list: string, items: readonly unknown[], key: string): Entry[] =>
  items.map((item, place) => ({ path: [list, place, key], value: member(item, key) }));

const repeated = (entries: readonly Entry[]): Mistake[] => {
  const seen = new Map<unknown, Entry>();
  return entries.flatMap((entry) => {
    const first = seen.get(entry.value);
    if (first === undefined) seen.set(entry.value, entry);
    if (first === undefined || typeof entry.value !== "string") return [];
    return [
      mistake(
        entry.path,
        `${JSON.stringify(entry.value)} is there already, at ${formatPath(first.path)}`,
        "give another, or remove one",
      ),
    ];
  });
};

const NAME_ONE = "name an interface, such as `interface: eth0`, or give `ipv4: { gateway: 192.168.1.254 }`";

const checkUplink = (uplink: unknown, path: Path): Mistake[] => {
  const used = FAMILIES.filter((family) => isUsed(uplink, family));
  if (isNowhere(uplink)) return [mistake(path, "has neither an interface nor a gateway", NAME_ONE)];
  if (used.length === 0) {
    return [mistake(path, "uses neither IPv4 nor IPv6", "leave one of them `method: external`, or remove the uplink")];
  }
  const entries = targetEntries(uplink, path);
  // Of what isn't a target nobody knows which family it was meant for.
  const judged = entries.length > 0 && entries.every((entry) => entry.target !== undefined);
  const counts = judged ? used.map((family) => count(entries, family)) : [];
  return [
    ...repeated(entries.map((entry) => ({ path: entry.path, value: entry.target && targetText(entry.target) }))),
    ...counts.flatMap((one) => checkCount(one, path)),
    ...checkNumbers({ uplink, path, counts }),
  ];
};

interface TargetEntry {
  readonly path: Path;
  /** undefined where what was written is none. */
  readonly target: Target | undefined;
}

const targetEntries = (uplink: unknown, path: Path): TargetEntry[] => {
  const targets = member(uplink, "targets") === undefined ? DEFAULT_TARGETS : listIn(uplink, "targets");
  return targets.map((written, place) => ({
    path: [...path, "targets", place],
    target: parseTarget(written),
  }));
};

interface FamilyCount {
  readonly family: Family;
  readonly targets: number;
}

const count = (entries: readonly TargetEntry[], family: Family): FamilyCount => {
  const probed = entries.flatMap((entry) => (entry.target && isProbedIn(entry.target, family) ? [entry.target] : []));
  return { family, targets: new Set(probed.map(targetText)).size };
};

const EXAMPLE: Readonly<Record<Family, string>> = { ipv4: "9.9.9.9", ipv6: "2606:4700:4700::1111" };

const checkCount = ({ family, targets }: FamilyCount, path: Path): Mistake[] => {
  if (targets > 0) return [];
  const remedy = `add one, such as ${EXAMPLE[family]}, or say \`${family}: { method: none }\``;
  return [mistake([...path, "targets"], `has no ${familyName(family)} address`, remedy)];
};

interface UplinkCheck {
  readonly uplink: unknown;
  readonly path: Path;
  readonly counts: readonly FamilyCount[];
}

const checkNumbers = ({ uplink, path, counts }: UplinkCheck): Mistake[] => {
  const written = member(uplink, "detection");
  const parsed = detection.safeParse(written ?? (member(uplink, "metered") === true ? "metered" : "balanced"));
  if (!parsed.success) return [];
  const settings = resolveDetection(parsed.data);
  const complaints = counts
    .filter(({ targets }) => targets > 0)
    .flatMap(({ targets }) => checkDetection(settings, targets));
  return [...new Set(complaints)].map((complaint) =>
    mistake(blamed(complaint, { path, written }), "can't work", complaint),
  );
};

/** A complaint begins with the option's name, but the option may be a preset's, not the file's. */
const blamed = (complaint: string, { path, written }: { readonly path: Path; readonly written: unknown }): Path => {
  const option = complaint.split(" ", 1)[0] ?? "";
  if (option === "targets") return [...path, option];
  return member(written, option) === undefined ? [...path, "detection"] : [...path, "detection", option];
};
