import type { MessageAnswer, StatusAnswer } from "../api/contract.ts";
import { age } from "../api/text/words.ts";
import { BLANK, clip, type Line, span, widthOf } from "./line.ts";
import { type StatusView, statusLines } from "./render-status.ts";

/** What the live view knows. */
export interface View {
  /** The newest answer. */
  readonly answer: StatusAnswer;
  /** Since when (ms, monotonic) and for how long (ms) no answer came, and why; null while they come. */
  readonly lost: { readonly since: number; readonly forMs: number; readonly why: string } | null;
}

/** The screen's size, and the wall clock in ms. */
export interface Canvas {
  readonly columns: number;
  readonly rows: number;
  readonly now: number;
}

/** Lines longer than this are hard to follow with the eye. */
const COLUMNS_MAX = 132;

/** The last column stays empty: once it is written, erasing the rest of the row takes it away again. */
const MARGIN = 1;

/** What fits is shown; what doesn't goes in this order. */
const VIEWS: readonly Pick<StatusView, "detail" | "airy">[] = [
  { detail: "all", airy: true },
  { detail: "notable", airy: true },
  { detail: "notable", airy: false },
  { detail: "none", airy: false },
];

/** The rows that messages are given before details give way to them, with the empty one above. */
const MESSAGES_LEAST = 4;

/** The whole screen, `rows` lines at the most, each narrower than `columns`. Pure; never throws. */
export const frame = ({ answer, lost }: View, { columns, rows, now }: Canvas): readonly Line[] => {
  const width = Math.min(columns - MARGIN, COLUMNS_MAX);
  const head = [header({ answer, width, now }), ...(lost === null ? [BLANK] : [alarm(lost)])];
  const body = fitting(answer, { width, rows: rows - head.length });
  const whole = [...head, ...body, ...messageLines(answer.messages, rows - head.length - body.length)];
  return cut(whole, rows).map((line) => clip(lost === null ? line : faded(line), width));
};

const cut = (lines: readonly Line[], rows: number): readonly Line[] =>
  lines.length <= rows
    ? lines
    : [...lines.slice(0, rows - 1), [span(`… ${lines.length - rows + 1} more lines; enlarge the window`, "doubt")]];

const header = ({ answer, width, now }: { answer: StatusAnswer; width: number; now: number }): Line => {
  const left = [
    span("wan-failover", "strong"),
    span(` ${answer.version} · running for ${age(answer.runningMs)}`, "faint"),
  ];
  const right = span(`${timeOf(now)} · q quits`, "faint");
  const gap = width - widthOf(left) - widthOf([right]);
  return gap < 1 ? left : [...left, span(" ".repeat(gap)), right];
};

const alarm = ({ forMs, why }: NonNullable<View["lost"]>): Line => [
  span(`✗ Old news: no answer for ${age(forMs)}, trying again (${why})`, "bad"),
];

/** Old news shouldn't look like news. */
const faded = (line: Line): Line => line.map((piece) => (piece.tone === "bad" ? piece : { ...piece, tone: "faint" }));

const fitting = ({ status }: StatusAnswer, { width, rows }: { width: number; rows: number }): readonly Line[] => {
  const drawn = VIEWS.map((view) => statusLines(status, { ...view, width, wraps: false }));
  return drawn.find((lines) => lines.length + MESSAGES_LEAST <= rows) ?? drawn.at(-1) ?? [];
};

const messageLines = (messages: readonly MessageAnswer[], rows: number): readonly Line[] =>
  rows < 2 || messages.length === 0 ? [] : [BLANK, ...messages.slice(1 - rows).map(messageLine)];

const messageLine = ({ at, level, text }: MessageAnswer): Line => [
  span(`${timeOf(Date.parse(at))}  `, "faint"),
  span(text, level === "error" ? "bad" : "plain"),
];

/** The local time of day. */
const timeOf = (ms: number): string => {
  const date = new Date(ms);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
};
