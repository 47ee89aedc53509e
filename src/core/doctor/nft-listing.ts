import type { Family } from "../family.ts";
import { FIREWALL_TABLE } from "../kernel/firewall.ts";
import { type Network, networkOf, parseNetwork } from "../network.ts";
import type { Branch, Chain, Condition, Filter, FilterRule, FlowTable } from "./filter.ts";
import { member } from "./json.ts";
import { bitsCompared, bitsSet, markOf } from "./nft-mark.ts";

/** The rules in what `nft --json list ruleset` prints (libnftables-json(5)), our own table left out. null where it isn't that. Never throws. */
export const parseNftListing = (text: string): Filter | null => {
  const objects = listIn(parseJson(text), "nftables");
  if (objects === null) return null;
  const rules = objects.map((object) => member(object, "rule")).filter((rule) => rule !== undefined);
  const chains = objects.map((object) => member(object, "chain")).filter((chain) => chain !== undefined);
  const tables = objects.map((object) => member(object, "flowtable")).filter((table) => table !== undefined);
  return {
    chains: chains.filter((chain) => !isOurs(chain)).map((chain) => readChain(chain, rules)),
    flowTables: tables.filter((table) => !isOurs(table)).map(readFlowTable),
  };
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const listIn = (value: unknown, key: string): readonly unknown[] | null => {
  const list = member(value, key);
  return Array.isArray(list) ? list : null;
};

const textIn = (value: unknown, key: string): string => {
  const text = member(value, key);
  return typeof text === "string" ? text : "";
};

const tableOf = (object: unknown): string => `${textIn(object, "family")} ${textIn(object, "table")}`;

const isOurs = (object: unknown): boolean => tableOf(object) === `inet ${FIREWALL_TABLE}`;

const FAMILIES_OF: Readonly<Record<string, readonly Family[]>> = {
  ip: ["ipv4"],
  ip6: ["ipv6"],
  inet: ["ipv4", "ipv6"],
};

const readFlowTable = (table: unknown): FlowTable => {
  const devices = member(table, "dev");
  const names = Array.isArray(devices) ? devices : [devices];
  return {
    name: `${tableOf(table)} ${textIn(table, "name")}`,
    devices: names.filter((name) => typeof name === "string"),
  };
};

const readChain = (chain: unknown, rules: readonly unknown[]): Chain => {
  const table = tableOf(chain);
  const name = textIn(chain, "name");
  const own = rules.filter((rule) => tableOf(rule) === table && textIn(rule, "chain") === name);
  return {
    table,
    name,
    families: FAMILIES_OF[textIn(chain, "family")] ?? [],
    translatesSources: textIn(chain, "type") === "nat" && textIn(chain, "hook") === "postrouting",
    rules: own.map((rule) => readRule(listIn(rule, "expr") ?? [])),
  };
};

const readRule = (statements: readonly unknown[]): FilterRule => ({
  conditions: statements.flatMap((statement) => readCondition(member(statement, "match"))),
  translates: statements.some(isTranslation),
  branches: statements.flatMap(readBranches),
  marks: statements.flatMap((statement) => [
    ...bitsSet(member(statement, "mangle")),
    ...bitsCompared(member(statement, "match")),
    ...comparedByMap(member(statement, "vmap")),
  ]),
  strictSource: statements.some((statement) => asksForReversePath(member(statement, "match"))),
});

const comparedByMap = (map: unknown): FilterRule["marks"] => {
  const of = markOf(member(map, "key"));
  return of === null ? [] : [{ of, does: "compares", bits: 0xffffffff }];
};

const hasMember = (value: unknown, key: string): boolean => member(value, key) !== undefined;

/** Of an iptables target that nft doesn't know, some versions print no name: in a translating chain it most likely is one. */
const isTranslation = (statement: unknown): boolean => {
  if (hasMember(statement, "masquerade") || hasMember(statement, "snat")) return true;
  const foreign = member(statement, "xt");
  if (foreign === null) return true;
  return textIn(foreign, "type") === "target" && ["MASQUERADE", "SNAT", "NETMAP"].includes(textIn(foreign, "name"));
};

const verdictTarget = (verdict: unknown): string =>
  textIn(member(verdict, "jump") ?? member(verdict, "goto"), "target");

const readBranches = (statement: unknown): readonly Branch[] => {
  const direct = verdictTarget(statement);
  if (direct !== "") return [{ chain: direct, conditions: [] }];
  const map = member(statement, "vmap");
  const entries = listIn(member(map, "data"), "set") ?? [];
  return entries.flatMap((entry) => readEntry(member(map, "key"), entry));
};

const readEntry = (key: unknown, entry: unknown): readonly Branch[] => {
  const [value, verdict]: readonly unknown[] = Array.isArray(entry) ? entry : [];
  const chain = verdictTarget(verdict);
  return chain === "" ? [] : [{ chain, conditions: readCondition({ op: "==", left: key, right: value }) }];
};

const readCondition = (match: unknown): readonly Condition[] => {
  const left = member(match, "left");
  const negated = textIn(match, "op") === "!=";
  if (!negated && !["==", "in"].includes(textIn(match, "op"))) return [];
  const right = valuesOf(member(match, "right"));
  return right === null ? [] : (namedInterface(left, right, negated) ?? namedSource(left, right, negated) ?? []);
};

/** The values of a set or a single value; null for a set that has a name, whose content isn't in the listing. */
const valuesOf = (right: unknown): readonly unknown[] | null => {
  if (typeof right === "string" && right.startsWith("@")) return null;
  return listIn(right, "set") ?? [right];
};

const DIRECTIONS: Readonly<Record<string, "leaves" | "enters">> = {
  oif: "leaves",
  oifname: "leaves",
  iif: "enters",
  iifname: "enters",
};

const namedInterface = (left: unknown, right: readonly unknown[], negated: boolean): Condition[] | null => {
  const kind = DIRECTIONS[textIn(member(left, "meta"), "key")];
  const names = right.filter((name) => typeof name === "string");
  return kind === undefined || names.length < right.length ? null : [{ kind, names, negated }];
};

const namedSource = (left: unknown, right: readonly unknown[], negated: boolean): Condition[] | null => {
  const payload = member(left, "payload");
  if (textIn(payload, "field") !== "saddr" || !["ip", "ip6"].includes(textIn(payload, "protocol"))) return null;
  const networks = right.map(readNetwork).filter((network) => network !== null);
  return networks.length < right.length ? null : [{ kind: "source", networks, negated }];
};

/** An address or a prefix; null for ranges and all else. */
const readNetwork = (value: unknown): Network | null => {
  if (typeof value === "string") return parseNetwork(value, value.includes(":") ? "ipv6" : "ipv4");
  const prefix = member(value, "prefix");
  const length = member(prefix, "len");
  return typeof length === "number" ? networkOf(textIn(prefix, "addr"), length) : null;
};

/** `fib saddr . iif oif missing`: where would a reply to the sender leave? */
const asksForReversePath = (match: unknown): boolean => {
  const fib = member(member(match, "left"), "fib");
  const flags = listIn(fib, "flags") ?? [];
  const right = member(match, "right");
  const absent = right === false || right === "0" || right === 0;
  return flags.includes("saddr") && flags.includes("iif") && !flags.includes("mark") && absent;
};
