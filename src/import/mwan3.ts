import { DEFAULT_TARGETS } from "../config/defaults.ts";
import { familyOf, isTarget } from "../config/value/address.ts";
import { isInterfaceName, NAME_PATTERN } from "../config/value/value.ts";
import { FAMILIES, type Family } from "../core/family.ts";
import { MOST_UPLINKS } from "../core/kernel/mark.ts";
import { asComment, type Entry, yamlOf } from "./draft.ts";
import { type RulePolicy, type Rules, rulesOf } from "./mwan3-rules.ts";
import { optionOf, readUci, type Section } from "./uci.ts";
import type { Left, SourceFile } from "./variables.ts";

/** One of mwan3's members, with the device behind its interface. */
interface Member {
  /** mwan3's name of the interface. */
  readonly network: string;
  readonly tracked: readonly string[];
  readonly enabled: boolean;
  /** null where it can't be told. */
  readonly device: string | null;
  readonly metric: number;
  readonly weight: number;
}

/**
 * OpenWrt's `mwan3` file, and beside it `network` where it is given, as a config of ours: the members of the policy that the
 * default rule uses become uplinks, the other rules steer traffic to them. What has no equivalent is named at the end. Pure; never throws.
 */
export const importMwan3 = (files: readonly SourceFile[]): string => {
  const sections = files.flatMap(({ text }) => readUci(text));
  const policy = defaultPolicy(sections);
  const members = policy === undefined ? [] : membersOf(policy, sections);
  const used = members.filter(isUsed);
  const devices = [...new Set(used.map(deviceOf))].slice(0, MOST_UPLINKS);
  const groups = devices.map((device) => used.filter((one) => deviceOf(one) === device));
  const names = new Map(groups.map((group, place) => [devices[place], uplinkName(group[0], place)]));
  const rules = takeRules(sections, { policy, names });
  return [
    `# Made by \`wan-failover import mwan3\` out of ${asComment(files.map(({ name }) => name).join(", "))}.`,
    `# Policy ${asComment(policy?.name ?? "")}. Interfaces are devices here (\`ip link\`), not OpenWrt's names.`,
    "",
    yamlOf([
      { key: "uplinks", value: { items: groups.map(uplinkOf) } },
      ...(rules.items.length === 0 ? [] : [{ key: "steer", value: { items: rules.items } }]),
    ]),
    "",
    "# Not taken over:",
    ...[...members.filter((one) => !isUsed(one)).map(memberLeft), ...rules.left, ...NEVER].map(
      ({ what, reason }) => `#   ${asComment(`${what}: ${reason}`)}`,
    ),
    "",
  ].join("\n");
};

/** Whether the files hold a policy with members, so that there is something to import. Never throws. */
export const hasPolicy = (files: readonly SourceFile[]): boolean => {
  const sections = files.flatMap(({ text }) => readUci(text));
  const policy = defaultPolicy(sections);
  return policy !== undefined && membersOf(policy, sections).some(isUsed);
};

const named = (sections: readonly Section[], type: string, name: string): Section | undefined =>
  sections.find((section) => section.type === type && section.name === name);

const isDefaultRule = (rule: Section): boolean =>
  ["", "0.0.0.0/0", "::/0"].includes(optionOf(rule, "dest_ip")) &&
  ["src_ip", "src_port", "dest_port", "ipset"].every((key) => optionOf(rule, key) === "") &&
  ["", "all"].includes(optionOf(rule, "proto"));

const isOwnRule = (section: Section): boolean => section.type === "rule" && !isDefaultRule(section);

interface Taken {
  /** The default rule's. */
  readonly policy: Section | undefined;
  /** The uplinks, by their devices. */
  readonly names: ReadonlyMap<string | undefined, string>;
}

/** What has the default rule's policy is as good as in it. */
const takeRules = (sections: readonly Section[], { policy, names }: Taken): Rules => {
  const policies = new Map(
    sections.filter(({ type }) => type === "policy").map((one) => [one.name, rulePolicy(one, sections, names)]),
  );
  const own = sections.filter(isOwnRule);
  const isNeedless = (rule: Section): boolean => optionOf(rule, "use_policy") === policy?.name;
  const { items, left } = rulesOf(
    own.filter((rule) => !isNeedless(rule)),
    (rule) => policies.get(optionOf(rule, "use_policy")) ?? NO_POLICY,
  );
  const needless = own.filter(isNeedless).map(({ name }) => ({ what: `rule ${name}`, reason: NEEDLESS }));
  return { items, left: [...left, ...needless] };
};

const NEEDLESS = "it takes the same policy as everything else, and flows are pinned anyway";

/** mwan3's `last_resort` is to refuse, unless it says that the default may take it. */
const rulePolicy = (policy: Section, sections: readonly Section[], names: Taken["names"]): RulePolicy => ({
  over: [
    ...new Set(
      membersOf(policy, sections)
        .filter(isUsed)
        .flatMap((member) => names.get(deviceOf(member)) ?? []),
    ),
  ],
  refuse: optionOf(policy, "last_resort") !== "default",
});

const NO_POLICY: RulePolicy = { over: [], refuse: false };

/** The last rule without conditions takes what no other took. */
const defaultPolicy = (sections: readonly Section[]): Section | undefined => {
  const rule = sections.findLast((section) => section.type === "rule" && isDefaultRule(section));
  const used = rule === undefined ? undefined : named(sections, "policy", optionOf(rule, "use_policy"));
  return used ?? sections.find(({ type }) => type === "policy");
};

const membersOf = (policy: Section, sections: readonly Section[]): readonly Member[] =>
  (policy.values.get("use_member") ?? [])
    .flatMap((name) => named(sections, "member", name) ?? [])
    .map((member) => toMember(member, sections))
    .toSorted((a, b) => a.metric - b.metric);

/** Where no device can be told, the name stands in. */
const deviceOf = ({ device, network }: Member): string => device ?? network;

const isUsed = (member: Member): boolean => member.enabled && isInterfaceName(deviceOf(member));

const memberLeft = ({ network, enabled }: Member): Left => ({
  what: `interface ${network}`,
  reason: enabled ? "no device has such a name" : "option enabled is 0",
});

const toMember = (member: Section, sections: readonly Section[]): Member => {
  const network = optionOf(member, "interface");
  const described = describing(network, sections);
  return {
    network,
    tracked: described.flatMap(({ values }) => values.get("track_ip") ?? []),
    enabled: described.every((section) => optionOf(section, "enabled") !== "0"),
    device: findDevice(network, sections),
    metric: numberIn(optionOf(member, "metric"), MOST_UPLINKS),
    weight: numberIn(optionOf(member, "weight"), 256),
  };
};

/** An interface has a section in mwan3's file and one in the network's. */
const describing = (network: string, sections: readonly Section[]): readonly Section[] =>
  sections.filter(({ type, name }) => type === "interface" && name === network);

/** These protocols make a device of their own, with the interface's name in its own (OpenWrt's netifd). */
const DIALLED: ReadonlySet<string> = new Set(["pppoe", "pppoa", "3g", "pptp", "l2tp"]);

/** The device that packets take; `@wan` is another interface's. */
const findDevice = (network: string, sections: readonly Section[], depth = 0): string | null => {
  const described = describing(network, sections);
  const told = (key: string): string => described.map((one) => optionOf(one, key)).find((one) => one !== "") ?? "";
  if (DIALLED.has(told("proto"))) return `${told("proto")}-${network}`;
  const device = told("device") || told("ifname");
  if (device.startsWith("@")) return depth < ALIASES_MAX ? findDevice(device.slice(1), sections, depth + 1) : null;
  return isInterfaceName(device) ? device : null;
};

/** One that names itself, by whatever detour, has none. */
const ALIASES_MAX = 4;

const numberIn = (text: string, most: number): number => {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : 1;
  return Math.min(most, Math.max(1, number));
};

const uplinkName = (member: Member | undefined, place: number): string =>
  member !== undefined && NAME_PATTERN.test(member.network) ? member.network : `uplink-${place + 1}`;

/** OpenWrt has an interface for each family; here they are one uplink, by their device. */
const uplinkOf = (members: readonly Member[], place: number): readonly Entry[] => {
  const [first] = members;
  if (first === undefined) return [];
  const { device, metric, weight } = first;
  const names = members.map((member) => `config interface '${member.network}'`).join(", ");
  return [
    { key: "name", value: uplinkName(first, place) },
    { key: "interface", value: deviceOf(first), comment: device === null ? `${names}: give the device's name` : names },
    { key: "tier", value: metric, comment: "option metric" },
    { key: "weight", value: weight, comment: "option weight" },
    ...targetsOf(members),
  ];
};

/** With fewer than two of a family ours are taken, since one operator's outage is not the line's. */
const targetsOf = (members: readonly Member[]): readonly Entry[] => {
  const tracked = members.flatMap((member) => member.tracked).filter(isTarget);
  const of = (family: Family, from: readonly string[]): readonly string[] => [
    ...new Set(from.filter((address) => familyOf(address) === family)),
  ];
  const taken = FAMILIES.flatMap((family) => {
    const own = of(family, tracked);
    return own.length >= 2 ? own.slice(0, TARGETS_MAX) : of(family, DEFAULT_TARGETS);
  });
  return tracked.length === 0
    ? []
    : [{ key: "targets", value: taken, comment: "list track_ip; ours where a family has fewer than two" }];
};

const TARGETS_MAX = 8;

const NEVER: readonly Left[] = [
  {
    what: "interval, timeout, count, size, up, down, reliability, track_method",
    reason: "detection weighs the evidence; `detection` has the presets",
  },
  {
    what: "sticky",
    reason: "`failover: { share: host }` keeps all connections of a host in the LAN on one uplink of a tier",
  },
  {
    what: "flush_conntrack, last_resort, mmx_mask",
    reason: "flows are pinned, and flushed where their uplink failed; without any uplink a family is refused at once",
  },
  { what: "mwan3.user", reason: "`scripts.change` is called at each switch (docs/scripts.md)" },
];
