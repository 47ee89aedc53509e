import { BLANK, clip, type Line, span, widthOf, wrap } from "../../src/cli/line.ts";
import { uplinkLines } from "../../src/cli/render-uplink.ts";
import { drawing } from "./drawing.ts";
import { type Look, padded, toneOf } from "./look.ts";
import type { DemoModel } from "./model.ts";
import { runningLines, stripLines } from "./render-flows.ts";
import { helpPage, keyLines, shortHelp } from "./render-help.ts";
import { measuredLines, storyLines } from "./render-story.ts";

/** Lines longer than this are hard to follow with the eye. */
const COLUMNS_MAX = 132;

/** Once the last column is written, erasing the rest of the row takes it away again. */
const MARGIN = 1;

/** The whole screen, `rows` lines at the most. Pure; never throws. */
export const screen = (model: DemoModel, given: Look): readonly Line[] => {
  const look = { ...given, columns: Math.min(given.columns - MARGIN, COLUMNS_MAX) };
  const lines = model.help ? helpScreen(model, look) : mainScreen(model, look);
  return cut(lines, look.rows).map((line) => clip(line, look.columns));
};

const cut = (lines: readonly Line[], rows: number): readonly Line[] =>
  lines.length <= rows
    ? lines
    : [...lines.slice(0, rows - 1), [span("… the window is too small for the rest: 80 × 24 is enough", "doubt")]];

const HELP_COLUMNS_MAX = 110;

const helpScreen = (model: DemoModel, { columns, rows }: Look): readonly Line[] => {
  const head = header(columns, model.page, "any key returns");
  const whole = [head, BLANK, ...helpPage(model, Math.min(columns, HELP_COLUMNS_MAX))];
  return whole.length <= rows ? whole : [head, ...shortHelp()];
};

/** The story has what the others leave; it wants so many rows before empty ones part the sections. */
const STORY_LEAST = 4;

const mainScreen = (model: DemoModel, look: Look): readonly Line[] => {
  const { columns, rows } = look;
  const upper = [
    [header(columns, model.page, model.setting)],
    [...drawing(model, columns)],
    [...figures(model, columns)],
    [...stripLines(model, look)],
    [...runningLines(model, look)],
    [...measuredLines(model)],
  ];
  const keys = keyLines(model, columns);
  const taken = upper.reduce((sum, section) => sum + section.length, keys.length);
  const blanks = Math.max(0, Math.min(upper.length + 1, rows - taken - STORY_LEAST));
  const top = upper.flatMap((section, place) => [...section, ...(place < blanks ? [BLANK] : [])]);
  const room = Math.max(0, rows - top.length - keys.length - (blanks > upper.length ? 1 : 0));
  const story = storyLines(model.story, { rows: room, columns });
  const filler = Array.from({ length: rows - top.length - story.length - keys.length }, () => BLANK);
  return [...top, ...story, ...filler, ...keys];
};

const header = (width: number, page: string, words: string): Line => {
  const left = [span("wan-failover demo", "strong"), span(`  ${page}  `)];
  const room = width - widthOf(left);
  const [first = []] = wrap([span(words, "faint")], { width: room, indent: 0 });
  return [...padded(left, width - Math.min(room, widthOf(first))), ...clip([span(words, "faint")], room)];
};

const NAME_WIDTH_LEAST = 9;

/** Each uplink's figures, a line for each family. */
const figures = (model: DemoModel, columns: number): readonly Line[] => {
  const nameWidth = Math.max(NAME_WIDTH_LEAST, ...model.uplinks.map(({ name }) => name.length + 2));
  return model.uplinks.flatMap(({ name }, index) => {
    const uplink = model.status.uplinks.find((one) => one.name === name);
    if (uplink === undefined) return [];
    const view = { status: model.status, width: columns - nameWidth, detail: "none", wraps: false } as const;
    const [, ...families] = uplinkLines(uplink, view);
    const head = span(name, toneOf(index));
    return families.map((line, row) => [...padded(row === 0 ? [head] : [], nameWidth), ...line]);
  });
};
