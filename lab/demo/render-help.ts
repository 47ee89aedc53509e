import { BLANK, type Line, type Span, span, widthOf, wrap } from "../../src/cli/line.ts";
import type { Fault } from "../fault.ts";
import { FAULTS, type FaultName } from "../faults.ts";
import { type Breakage, explanationOf, OFFERED, WORDS } from "./breakage.ts";
import { padded, toneOf } from "./look.ts";
import type { DemoModel } from "./model.ts";

/** One key and what it does. */
const key = (name: string, words: string, broken = false): Line => [
  span(name, broken ? "bad" : "strong"),
  span(` ${words}`, broken ? "bad" : "faint"),
];

const isBroken = ({ broken }: DemoModel, fault: FaultName, uplink: string): boolean => {
  const names = (one: Breakage): boolean => one.fault === fault && (one.uplink === null || one.uplink === uplink);
  return broken.some(names);
};

/** As many entries to a row as there is room for, and the rows that they take. */
const flow = (entries: readonly Line[], width: number): readonly Line[] => {
  const rows: Line[] = [];
  let row: Line = [];
  for (const entry of entries) {
    const longer = row.length === 0 ? entry : [...row, span("  "), ...entry];
    if (widthOf(longer) > width && row.length > 0) {
      rows.push(row);
      row = entry;
    } else row = longer;
  }
  return [...rows, row];
};

/** Rows behind a head on the first of them. */
const headed = (head: Span, rows: readonly Line[], width: number): readonly Line[] =>
  rows.map((row, index) => [...padded(index === 0 ? [head] : [], width), ...row]);

/** The keys in a few rows. Pure; never throws. */
export const keyLines = (model: DemoModel, columns: number): readonly Line[] => {
  const uplink = model.uplinks[model.chosen];
  const name = uplink?.name ?? "";
  const width = Math.max("both".length, name.length) + 2;
  const rows = (concerns: Fault["concerns"]): readonly Line[] => {
    const faults = OFFERED.filter((fault) => FAULTS[fault].concerns === concerns);
    const entries = faults.map((fault) =>
      key(FAULTS[fault].key, WORDS[fault].key, isBroken(model, fault, uplink?.interface ?? "")),
    );
    return flow(entries, columns - width);
  };
  return [
    ...headed(span(name, toneOf(model.chosen)), rows("uplink"), width),
    ...headed(span("both"), rows("lab"), width),
    ...flow(ORDERS, columns),
  ];
};

const ORDERS: readonly Line[] = [
  key("1 2", "choose uplink"),
  key("h", "heal all"),
  key("t", "test failover"),
  key("f", "failback"),
  key("?", "help"),
  key("q", "quit"),
];

const NAME_WIDTH = 21;

const explained = (fault: FaultName): Line => [
  ...padded(key(FAULTS[fault].key, WORDS[fault].state), NAME_WIDTH),
  span(explanationOf(fault)),
];

const INTRODUCTION =
  "The real daemon runs in a router made of network namespaces, between a LAN client and two ISPs. The client opens new " +
  "connections and keeps running ones, by IPv4 and IPv6, and tells which way each took. Your machine's network isn't touched.";

const STAGES: readonly (readonly [string, string])[] = [
  ["Divert", "on well-founded suspicion, new connections take the other uplink; running ones stay."],
  ["Failover", "the silence goes on, so running ones follow; TCP connections then begin anew."],
  ["Failback", "the uplink has proven itself; new connections return, running ones end where they are."],
];

const EXPERIENCE =
  "The daemon learns: a line that soon came back after a failover is given more time the next time, and one that fails " +
  "often is held down for longer.";

const STAGE_WIDTH = 10;

const stages: readonly Line[] = STAGES.map(([name, words]) => [
  ...padded([span(name, "strong")], STAGE_WIDTH),
  span(words),
]);

/** Everything explained, for a screen with room. Pure; never throws. */
export const helpPage = (model: DemoModel, width: number): readonly Line[] => [
  ...wrap([span(INTRODUCTION)], { width, indent: 0 }),
  BLANK,
  ...stages.flatMap((stage) => wrap(stage, { width, indent: STAGE_WIDTH })),
  ...wrap([span(EXPERIENCE)], { width, indent: 0 }),
  BLANK,
  [span("Each key breaks something, and mends it when pressed again:", "strong")],
  ...OFFERED.flatMap((fault) => wrap(explained(fault), { width, indent: NAME_WIDTH })),
  BLANK,
  [span(`${model.setting}.`, "faint")],
];

/** The most important of it, a line each. Pure; never throws. */
export const shortHelp = (): readonly Line[] => [...stages, ...OFFERED.map(explained)];
