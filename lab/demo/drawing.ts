import { clip, type Line, type Span, span, type Tone, widthOf } from "../../src/cli/line.ts";
import { FAMILIES, type Family } from "../../src/core/family.ts";
import { type Breakage, isBeyondGateway, WORDS } from "./breakage.ts";
import type { FlowRecord } from "./flows.ts";
import { merged, toneOf } from "./look.ts";
import type { DemoModel, DemoUplink } from "./model.ts";

/** What goes over an uplink at this moment, the most in any family. */
type Use = "all" | "new" | "running" | "none";

/** The network in three lines: the LAN, the router, two uplinks, the internet, and where flows go. Pure; never throws. */
export const drawing = (model: DemoModel, width: number): readonly Line[] => {
  const [upper, lower] = model.uplinks;
  if (upper === undefined || lower === undefined) return [];
  const room = width - LEFT.length - RIGHT.length - 2;
  const branch = (uplink: DemoUplink, corners: readonly [string, string]): Line =>
    merged([
      span(" ".repeat(LEFT.length)),
      span(corners[0], strokeOf(useOf(model, uplink), model.uplinks.indexOf(uplink)).tone),
      ...branchLine(model, { uplink, room }),
      span(corners[1], strokeOf(useOf(model, uplink), model.uplinks.indexOf(uplink)).tone),
    ]);
  return [branch(upper, ["╭", "╮"]), trunk(model, room), branch(lower, ["╰", "╯"])];
};

const LEFT = "LAN ━━━━ router ";
const RIGHT = " ━━━━ internet";

/** The middle line: where all flows begin and end, and what happens in between. */
const trunk = (model: DemoModel, room: number): Line => {
  const words = clip(caption(model), room);
  const gap = Math.max(0, room - widthOf(words));
  return [
    span("LAN", "strong"),
    span(" ━━━━ "),
    span("router", "strong"),
    span(" ┫"),
    span(" ".repeat(Math.floor(gap / 2))),
    ...words,
    span(" ".repeat(Math.ceil(gap / 2))),
    span("┣ ━━━━ "),
    span("internet", "strong"),
  ];
};

const RANK: readonly Use[] = ["none", "running", "new", "all"];

/** Running flows may stay there, and some do: that is measured, not asked. */
const hasRunning = ({ status, records }: DemoModel, uplink: DemoUplink, family: Family): boolean => {
  const { active, drains } = status.families[family];
  const mayStay = active.includes(uplink.name) || drains.some((drain) => drain.uplink === uplink.name);
  const stays = ({ stream, newestAnswered }: FlowRecord): boolean =>
    stream.flow === "long" && stream.family === family && newestAnswered?.uplink === uplink.interface;
  return mayStay && records.some(stays);
};

const useIn = (model: DemoModel, uplink: DemoUplink, family: Family): Use => {
  const { active, carrying } = model.status.families[family];
  if (carrying.includes(uplink.name)) return active.includes(uplink.name) ? "all" : "new";
  return hasRunning(model, uplink, family) ? "running" : "none";
};

const useOf = (model: DemoModel, uplink: DemoUplink): Use =>
  FAMILIES.map((family) => useIn(model, uplink, family)).reduce((most, one) =>
    RANK.indexOf(one) > RANK.indexOf(most) ? one : most,
  );

interface Stroke {
  readonly character: string;
  readonly tone: Tone;
}

const strokeOf = (use: Use, index: number): Stroke => {
  switch (use) {
    case "all":
    case "new":
      return { character: "━", tone: toneOf(index) };
    case "running":
      return { character: "╌", tone: toneOf(index) };
    case "none":
      return { character: "─", tone: "faint" };
  }
};

const branchLine = (model: DemoModel, { uplink, room }: { uplink: DemoUplink; room: number }): Line => {
  const index = model.uplinks.indexOf(uplink);
  const use = useOf(model, uplink);
  const labels = labelsOf(model, { uplink, index });
  const free = Math.max(labels.length + 1, room - labels.reduce((sum, label) => sum + widthOf(label), 0));
  const parts = split(free, labels.length + 1);
  const moving = use === "all" || use === "new";
  let column = 0;
  const stroke = (length: number): Line => {
    const piece = strokes({ ...strokeOf(use, index), from: column, length, now: moving ? model.now : null });
    column += length;
    return piece;
  };
  const label = (one: Line): Line => {
    column += widthOf(one);
    return one;
  };
  return parts.flatMap((length, place) => [
    ...stroke(length),
    ...(labels[place] === undefined ? [] : label(labels[place])),
  ]);
};

/** Two columns before the first label, the rest evenly behind it. */
const split = (free: number, parts: number): readonly number[] => {
  const rest = free - 2;
  const each = Math.floor(rest / (parts - 1));
  return [2, ...Array.from({ length: parts - 1 }, (_, place) => (place === 0 ? rest - each * (parts - 2) : each))];
};

const labelsOf = (model: DemoModel, { uplink, index }: { uplink: DemoUplink; index: number }): readonly Line[] => {
  const here = model.broken.filter((one) => one.uplink === uplink.interface);
  const before = here.filter(({ fault }) => !isBeyondGateway(fault));
  const beyond = here.filter(({ fault }) => isBeyondGateway(fault));
  return [
    [span(` ${index + 1} `, "faint"), span(`${uplink.name} `, index === model.chosen ? "strong" : "plain")],
    ...crosses(before),
    [span(` ${uplink.isp} `)],
    ...crosses(beyond),
  ];
};

const crosses = (broken: readonly Breakage[]): readonly Line[] =>
  broken.length === 0 ? [] : [[span(` ✗ ${broken.map(({ fault }) => WORDS[fault].state).join(", ")} `, "bad")]];

/** Distance between two packets on the line (columns), and how fast they move (ms a column). */
const PACKET_SPACING = 9;
const PACKET_PACE_MS = 100;

const strokes = (line: Stroke & { from: number; length: number; now: number | null }): Line => {
  const phase = line.now === null ? null : Math.floor(line.now / PACKET_PACE_MS);
  return Array.from({ length: line.length }, (_, offset): Span => {
    const packet =
      phase !== null && (((line.from + offset - phase) % PACKET_SPACING) + PACKET_SPACING) % PACKET_SPACING === 0;
    return packet ? span("●", line.tone) : span(line.character, line.tone);
  });
};

const caption = (model: DemoModel): Line => {
  const lab = model.broken.filter(({ uplink }) => uplink === null).map(({ fault }) => WORDS[fault].state);
  if (lab.length > 0) return [span(`✗ in the internet: ${lab.join(", ")}`, "bad")];
  return flowWords(model);
};

/** Who carries what, in words. */
const flowWords = (model: DemoModel): Line => {
  const [first = [], second = []] = FAMILIES.map((family) => waysOf(model, family));
  if (first[0] === undefined && second[0] === undefined) return [span("no uplink was chosen yet", "faint")];
  if (first[0] !== second[0]) return [...takes("IPv4 takes ", model, first[0]), ...takes(", IPv6 ", model, second[0])];
  const running = first[1] ?? second[1];
  if (running === undefined) return takes("all flows take ", model, first[0]);
  return [...takes("new flows take ", model, first[0]), ...takes(", running ones ", model, running)];
};

/** The uplink of a family's new flows, and that of running ones where it is another. */
const waysOf = (model: DemoModel, family: Family): readonly (DemoUplink | undefined)[] => {
  const using = (...uses: readonly Use[]): DemoUplink | undefined =>
    model.uplinks.find((uplink) => uses.includes(useIn(model, uplink, family)));
  return [using("all", "new"), using("running")];
};

const takes = (words: string, { uplinks }: DemoModel, uplink: DemoUplink | undefined): Line => [
  span(words, "faint"),
  uplink === undefined ? span("none", "faint") : span(uplink.name, toneOf(uplinks.indexOf(uplink))),
];
