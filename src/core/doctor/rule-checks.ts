import { MAIN_TABLE, PROTOCOL } from "../kernel/kernel.ts";
import { isOurTable, MARK_MASK, MOST_STEERINGS, priorityOf, steeringPriority } from "../kernel/mark.ts";
import { list } from "../words.ts";
import type { MachineFacts, MachineRule } from "./facts.ts";
import { type Check, type Finding, warning } from "./finding.ts";
import { ipCommand, linkName, uplinkOfLink } from "./topology.ts";

const FIRST = priorityOf(1);
const LAST = steeringPriority(MOST_STEERINGS - 1) + 3;

/** Policy rules of others that stand in the way of ours. */
export const RULE_CHECKS: readonly Check[] = [
  {
    topic: "Routes",
    title: `rule priorities ${FIRST} to ${LAST} are ours`,
    examine: (facts) => takenPriorities(facts),
  },
  { topic: "Routes", title: "no rule asks for mark bits of ours", examine: (facts) => markedRules(facts) },
  { topic: "Routes", title: "no rule leads past table main", examine: (facts) => detours(facts) },
];

/** `RT_TABLE_LOCAL`. */
const LOCAL_TABLE = 255;

/** Where the kernel's own rule for table main is. */
const MAIN_PRIORITY = 32766;

const foreign = (facts: MachineFacts): readonly MachineRule[] =>
  facts.rules.filter((rule) => rule.protocol !== PROTOCOL);

const describe = (rule: MachineRule): string => `${ipCommand(rule.family)} rule ${rule.priority} (table ${rule.table})`;

const takenPriorities = (facts: MachineFacts): readonly Finding[] => {
  const taken = foreign(facts).filter(({ priority }) => priority >= FIRST && priority <= LAST);
  if (taken.length === 0) return [];
  return [
    warning({
      code: "rule-priority-taken",
      title: `Somebody else uses rule priorities of ours: ${list(taken.map(describe))}`,
      detail: `Ours are ${FIRST} to ${LAST}. A rule among them may catch packets that belong to an uplink.`,
      remedy: `Let its maker use another priority; to remove it: ${taken.map((rule) => `${ipCommand(rule.family)} rule del priority ${rule.priority} table ${rule.table}`).join("; ")}`,
    }),
  ];
};

const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;

/** Once a flow is pinned, its packets carry our bits, and a rule that asks for all bits no longer knows its own. */
const markedRules = (facts: MachineFacts): readonly Finding[] =>
  foreign(facts)
    .filter((rule) => (rule.mask & MARK_MASK) !== 0 && !isExempt(rule))
    .map((rule) => ((rule.mark & MARK_MASK) === 0 ? tooManyBits(rule) : sameBits(rule)));

/** `not fwmark 51820` is there for the packets that a VPN sends itself, and what is marked already we leave alone on its way out. */
const isExempt = ({ general, mark }: MachineRule): boolean => general && mark !== 0 && (mark & MARK_MASK) === 0;

const tooManyBits = (rule: MachineRule): Finding =>
  warning({
    code: "rule-mark-overlap",
    title: `${describe(rule)} asks for the mark ${hex(rule.mark)} in bits that are ours`,
    detail: `Its mask ${hex(rule.mask)} includes bits of ${hex(MARK_MASK)}, which hold the number of a flow's uplink: it no longer matches the packets of a pinned flow.`,
    remedy: `Let its maker ask for fewer bits: fwmark ${hex(rule.mark)}/${hex(rule.mask & ~MARK_MASK)}`,
  });

const sameBits = (rule: MachineRule): Finding =>
  warning({
    code: "rule-mark-overlap",
    title: `${describe(rule)} uses the mark ${hex(rule.mark)}, which has bits that are ours`,
    detail: `The bits ${hex(MARK_MASK)} hold the number of a flow's uplink; packets that others mark so are taken for an uplink's.`,
    remedy: `Let its maker use a mark outside ${hex(MARK_MASK)}, such as fwmark 0x1/0xff`,
  });

/** Rules in front of table main that send everything out by something that is no uplink: a VPN's, most often. */
const detours = (facts: MachineFacts): readonly Finding[] | null => {
  if (facts.settings === null) return null;
  return foreign(facts).flatMap((rule) => {
    const out = rule.general && isDetour(rule) ? foreignWayOut(facts, rule) : null;
    return out === null ? [] : [detour(rule, out)];
  });
};

const isDetour = ({ priority, table, suppressPrefixLength }: MachineRule): boolean =>
  priority < MAIN_PRIORITY &&
  table !== MAIN_TABLE &&
  table !== LOCAL_TABLE &&
  !isOurTable(table) &&
  suppressPrefixLength === null;

const foreignWayOut = (facts: MachineFacts, rule: MachineRule): string | null => {
  const route = facts.routes.find(
    ({ table, family, destination }) => table === rule.table && family === rule.family && destination === "default",
  );
  const [hop] = route?.hops ?? [];
  return hop === undefined || uplinkOfLink(facts, hop.link) !== undefined ? null : linkName(facts, hop.link);
};

const detour = (rule: MachineRule, out: string): Finding =>
  warning({
    code: "rule-before-main",
    title: `${describe(rule)} sends everything out by ${out}, which is no uplink`,
    detail:
      "That is right for a VPN that should carry everything: its own packets follow the failover. Else no failover moves this traffic.",
    remedy: `Nothing if it is meant so; else: ${ipCommand(rule.family)} rule del priority ${rule.priority} table ${rule.table}`,
  });
