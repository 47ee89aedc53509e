import { steeringMistakes } from "../config/consistency/steering.ts";
import { steering } from "../config/schema/steering.ts";
import { NAME_PATTERN } from "../config/value/value.ts";
import { MOST_STEERINGS } from "../core/kernel/mark.ts";
import type { Entry } from "./draft.ts";
import { optionOf, type Section } from "./uci.ts";
import type { Left } from "./variables.ts";

/** mwan3's rules as entries of `steer`; and those that have no equivalent. */
export interface Rules {
  readonly items: readonly (readonly Entry[])[];
  readonly left: readonly Left[];
}

/** Where a rule's traffic goes. */
export interface RulePolicy {
  /** The uplinks of its policy, the best first; empty where none of its members became one. */
  readonly over: readonly string[];
  /** Nothing else may take its traffic. */
  readonly refuse: boolean;
}

/** Takes rules over, in their order. Pure; never throws. */
export const rulesOf = (rules: readonly Section[], policyOf: (rule: Section) => RulePolicy): Rules => {
  const read = rules.slice(0, MOST_STEERINGS).map((rule, place) => ({
    rule,
    result: steeringOf(rule, { name: nameOf(rules, place), policy: policyOf(rule) }),
  }));
  return {
    items: read.flatMap(({ result }) => (typeof result === "string" ? [] : [result])),
    left: [
      ...read.flatMap(({ rule, result }) => (typeof result === "string" ? [ruleLeft(rule, result)] : [])),
      ...rules.slice(MOST_STEERINGS).map((rule) => ruleLeft(rule, `there is room for ${MOST_STEERINGS}`)),
    ],
  };
};

const ruleLeft = (rule: Section, reason: string): Left => ({
  what: `rule ${rule.name} (policy ${optionOf(rule, "use_policy")})`,
  reason,
});

const nameOf = (rules: readonly Section[], place: number): string => {
  const name = rules[place]?.name ?? "";
  const isFirst = rules.findIndex((rule) => rule.name === name) === place;
  return isFirst && NAME_PATTERN.test(name) && !/^rule-\d+$/.test(name) ? name : `rule-${place + 1}`;
};

interface Destination {
  readonly name: string;
  readonly policy: RulePolicy;
}

/** The entry, or why there can be none. */
const steeringOf = (rule: Section, { name, policy: { over, refuse } }: Destination): readonly Entry[] | string => {
  if (optionOf(rule, "ipset") !== "") return "let your firewall mark what is in its ipset, and steer by `mark`";
  if (over.length === 0) return "none of its policy's members is among the uplinks above";
  const protocol = optionOf(rule, "proto");
  const entries: readonly Entry[] = [
    { key: "name", value: name, comment: `config rule '${rule.name}'` },
    ...list("from", networks(rule, "src_ip")),
    ...list("to", networks(rule, "dest_ip")),
    ...(["", "all"].includes(protocol) ? [] : [{ key: "protocol", value: protocol }]),
    ...list("sourcePorts", portRanges(rule, "src_port")),
    ...list("ports", portRanges(rule, "dest_port")),
    { key: "over", value: over, comment: `option use_policy '${optionOf(rule, "use_policy")}'` },
    ...(refuse ? [{ key: "otherwise", value: "refuse", comment: "option last_resort" }] : []),
  ];
  return isRight(entries, over) ? entries : "its addresses, protocol or ports can't be said here";
};

const list = (key: string, value: readonly string[]): readonly Entry[] => (value.length === 0 ? [] : [{ key, value }]);

const isRight = (entries: readonly Entry[], over: readonly string[]): boolean => {
  const written = Object.fromEntries(entries.map(({ key, value }) => [key, value]));
  const mistakes = steeringMistakes({ uplinks: over.map((name) => ({ name })), steer: [written] });
  return mistakes.length === 0 && steering.safeParse(written).success;
};

const words = (rule: Section, key: string): readonly string[] =>
  optionOf(rule, key)
    .split(/[\s,]+/)
    .filter((word) => word !== "");

const portRanges = (rule: Section, key: string): readonly string[] =>
  words(rule, key).map((text) => text.replace(":", "-"));

/** Everybody, in mwan3's words, is what isn't said in ours. */
const networks = (rule: Section, key: string): readonly string[] =>
  words(rule, key).filter((text) => !["0.0.0.0/0", "::/0"].includes(text));
