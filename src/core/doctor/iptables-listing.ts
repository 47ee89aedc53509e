import type { Family } from "../family.ts";
import { parseNetwork } from "../network.ts";
import type { Chain, Condition, FilterRule, MarkUse } from "./filter.ts";

/** The chains and rules in what `iptables-save` or `ip6tables-save` prints; lines that aren't understood are passed over. Never throws. */
export const parseIptablesListing = (text: string, family: Family): readonly Chain[] => {
  const chains = new Map<string, Draft>();
  let table = "";
  for (const line of text.split("\n")) {
    if (line.startsWith("*")) table = line.slice(1).trim();
    else if (line.startsWith(":")) chainIn({ chains, family, table }, line.slice(1).split(" ")[0] ?? "");
    else if (line.startsWith("-A ")) addRule({ chains, family, table }, wordsOf(line));
  }
  return [...chains.values()];
};

type Draft = Chain & { readonly rules: FilterRule[] };

interface Reading {
  readonly chains: Map<string, Draft>;
  readonly family: Family;
  readonly table: string;
}

const chainIn = ({ chains, family, table }: Reading, name: string): Draft => {
  const key = `${table} ${name}`;
  const draft = chains.get(key) ?? {
    table: `${family === "ipv4" ? "ip" : "ip6"} ${table}`,
    name,
    families: [family],
    translatesSources: table === "nat" && name === "POSTROUTING",
    rules: [],
  };
  chains.set(key, draft);
  return draft;
};

/** Words, of which some are quoted and hold spaces. */
const wordsOf = (line: string): readonly string[] =>
  (line.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? []).map((word) => word.replace(/^"|"$/g, ""));

const addRule = (reading: Reading, [, chain = "", ...words]: readonly string[]): void => {
  chainIn(reading, chain).rules.push(readRule(words, reading.family));
};

const readRule = (words: readonly string[], family: Family): FilterRule => {
  const target = after(words, "-j") ?? after(words, "-g") ?? "";
  return {
    conditions: words.flatMap((_, place) => conditionAt(words, place, family)),
    translates: ["MASQUERADE", "SNAT", "NETMAP"].includes(target),
    branches: [{ chain: target, conditions: [] }],
    marks: [...marksSet(words, target), ...marksCompared(words)],
    strictSource: false,
  };
};

const after = (words: readonly string[], option: string): string | undefined => {
  const place = words.indexOf(option);
  return place < 0 ? undefined : words[place + 1];
};

const conditionAt = (words: readonly string[], place: number, family: Family): readonly Condition[] => {
  const value = words[place + 1];
  const negated = words[place - 1] === "!";
  if (value === undefined) return [];
  if (words[place] === "-o") return [{ kind: "leaves", names: [value], negated }];
  if (words[place] === "-i") return [{ kind: "enters", names: [value], negated }];
  const network = words[place] === "-s" ? parseNetwork(value, family) : null;
  return network === null ? [] : [{ kind: "source", networks: [network], negated }];
};

interface Masked {
  readonly value: number;
  readonly mask: number;
}

/** `0x1/0xff`, or `0x1` for all bits. */
const readMasked = (text: string | undefined): Masked | null => {
  const [value, mask = 0xffffffff] = (text ?? "").split("/").map(Number);
  return value === undefined || text === undefined || Number.isNaN(value) || Number.isNaN(mask)
    ? null
    : { value, mask };
};

const MARK_OF: Readonly<Record<string, MarkUse["of"]>> = { MARK: "packet", CONNMARK: "connection", TPROXY: "packet" };

const marksSet = (words: readonly string[], target: string): readonly MarkUse[] => {
  const of = MARK_OF[target];
  if (of === undefined) return [];
  const set = readMasked(after(words, "--set-xmark") ?? after(words, "--tproxy-mark"));
  const saved = words.includes("--save-mark") ? readMasked(after(words, "--ctmask") ?? "0xffffffff") : null;
  const bits = set === null ? (saved?.value ?? 0) : set.value | set.mask;
  return bits === 0 ? [] : [{ of, does: "sets", bits: bits >>> 0 }];
};

const marksCompared = (words: readonly string[]): readonly MarkUse[] => {
  const asked = readMasked(after(words, "--mark"));
  if (asked === null) return [];
  return [{ of: words.includes("connmark") ? "connection" : "packet", does: "compares", bits: asked.mask >>> 0 }];
};
