import { clip, type Line, type Span, span } from "../../src/cli/line.ts";
import { FAMILIES, type Family, familyName } from "../../src/core/family.ts";
import type { Stream } from "../sample.ts";
import { type Fate, type FlowRecord, fates, silenceMs } from "./flows.ts";
import { type Look, merged, padded, seconds, signOf, toneOf } from "./look.ts";
import { type DemoModel, uplinkNameOf } from "./model.ts";

/** More cells than this don't tell more. */
const CELLS_MAX = 100;

/** Before the cells: "  IPv4  ". */
const HEAD = 8;

/** New flows, one cell each, the newest on the right. Pure; never throws. */
export const stripLines = (model: DemoModel, look: Look): readonly Line[] => [
  legend(model, look),
  ...FAMILIES.map((family) => strip(model, { family, look })),
];

const legend = ({ uplinks }: DemoModel, { colours }: Look): Line => [
  span("New connections", "strong"),
  span(", ten a second:  ", "faint"),
  ...uplinks.flatMap(({ name }, index) => [signOf(uplinks, index, colours), span(` ${name}  `, "faint")]),
  span("×", "bad"),
  span(" lost  · not answered yet", "faint"),
];

const strip = (model: DemoModel, { family, look }: { family: Family; look: Look }): Line => {
  const count = Math.max(1, Math.min(look.columns - HEAD - 1, CELLS_MAX));
  const record = model.records.find(({ stream }) => stream.flow === "new" && stream.family === family);
  const cells = record === undefined ? [] : fates(record, { count, now: model.now });
  const lead = span(" ".repeat(count - cells.length));
  return merged([span(`  ${familyName(family)}  `), lead, ...cells.map((fate) => cell(model, fate, look))]);
};

const cell = ({ uplinks }: DemoModel, fate: Fate, { colours }: Look): Span => {
  if (fate.kind === "waiting") return span("·", "faint");
  if (fate.kind === "lost") return span("×", "bad");
  const index = uplinks.findIndex((uplink) => uplink.interface === fate.uplink);
  return index < 0 ? span("?", "faint") : signOf(uplinks, index, colours);
};

/** Running connections, by protocol; figures since the last key. Pure; never throws. */
export const runningLines = (model: DemoModel, look: Look): readonly Line[] =>
  (["udp", "tcp"] as const).map((protocol) => {
    const width = Math.floor((look.columns - RUNNING.length - HEAD) / FAMILIES.length);
    const head = span(protocol === "udp" ? RUNNING : " ".repeat(RUNNING.length), "strong");
    return [
      head,
      span(`  ${protocol.toUpperCase()} `),
      ...FAMILIES.flatMap((family) => {
        const record = model.records.find(({ stream }) => isRunning(stream, { protocol, family }));
        return record === undefined ? [] : padded(clip(running(model, record), width - 1), width);
      }),
    ];
  });

const RUNNING = "Running";

const isRunning = (stream: Stream, { protocol, family }: Pick<Stream, "protocol" | "family">): boolean =>
  stream.flow === "long" && stream.family === family && stream.protocol === protocol;

const running = (model: DemoModel, record: FlowRecord): Line => {
  const { stream, lost, resets, newestAnswered } = record;
  const device = newestAnswered?.uplink ?? null;
  const index = model.uplinks.findIndex((uplink) => uplink.interface === device);
  const silent = silenceMs(record, model.now);
  return [
    span(`${familyName(stream.family)} `),
    span(uplinkNameOf(model, device), silent > 0 ? "faint" : toneOf(index)),
    span("  "),
    ...(silent > 0
      ? [span(`silent for ${seconds(silent)}`, "bad")]
      : [span(`${lost.size} lost`, lost.size > 0 ? "doubt" : "faint"), ...resetWords(stream.protocol, resets)]),
    ...endWords(model.endsInMs.get(stream), silent),
  ];
};

const resetWords = (protocol: string, resets: number): Line =>
  protocol === "tcp" && resets > 0 ? [span(`, ${resets === 1 ? "a reset" : `${resets} resets`}`, "doubt")] : [];

const endWords = (leftMs: number | undefined, silent: number): Line =>
  leftMs === undefined || silent > 0 ? [] : [span(`, ends in ${Math.ceil(leftMs / 1000)} s`, "faint")];
