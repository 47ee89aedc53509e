import { type Line, type Span, span, type Tone } from "./line.ts";

const LOST: Span = span("×", "bad");

/** How many times the quickest round trip each height stands for, at the most. */
const HEIGHTS: readonly { readonly ratio: number; readonly bar: string; readonly tone: Tone }[] = [
  { ratio: 1.5, bar: "▁", tone: "good" },
  { ratio: 2.5, bar: "▂", tone: "good" },
  { ratio: 5, bar: "▃", tone: "good" },
  { ratio: 10, bar: "▅", tone: "doubt" },
  { ratio: Number.POSITIVE_INFINITY, bar: "▇", tone: "doubt" },
];

/** Added (ms) before round trips are compared: 0.2 ms after 0.1 ms is no difference to anybody. */
const SAME_MS = 5;

/** The newest probes, the newest on the right: the higher, the slower than the quickest of them; a cross is a lost one. */
export const sparkline = (rttMs: readonly (number | null)[], width: number): Line => {
  const shown = rttMs.slice(-Math.max(1, width));
  const quickest = Math.min(...shown.filter((rtt) => rtt !== null));
  return shown.map((rtt) => (rtt === null ? LOST : bar((rtt + SAME_MS) / (quickest + SAME_MS))));
};

const bar = (ratio: number): Span => {
  const height = HEIGHTS.find((candidate) => ratio <= candidate.ratio);
  return span(height?.bar ?? "", height?.tone);
};
