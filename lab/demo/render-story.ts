import { age } from "../../src/api/text/words.ts";
import { BLANK, clip, type Line, type Span, span } from "../../src/cli/line.ts";
import { seconds } from "./look.ts";
import type { Chapter, DemoModel, LastOutage, StoryLine } from "./model.ts";
import type { Harm } from "./outage.ts";

/** What was measured of the last fault, and since. Three lines. Pure; never throws. */
export const measuredLines = (model: DemoModel): readonly Line[] => {
  const { chapter, lastOutage } = model;
  const since = chapter === null || chapter.kind === "break" ? BLANK : sinceThen(model, chapter);
  if (lastOutage === null) return [...hint(model), since];
  const head = [span("Measured  ", "strong"), span(`${lastOutage.chapter.title}: `)];
  const [first = BLANK, second = BLANK] = outageLines(lastOutage);
  return [[...head, ...first], second.length === 0 ? BLANK : [span(INDENT), ...second], since];
};

const hint = ({ uplinks, chosen }: DemoModel): readonly Line[] => [
  [
    span("Press b", "strong"),
    span(`: ${uplinks[chosen]?.name ?? ""}'s ISP passes nothing on any more; its cable is fine.`),
  ],
  [
    span("Watch what becomes of new and of running connections. Then "),
    span("press h", "strong"),
    span(" to heal it."),
  ],
];

const INDENT = " ".repeat(10);

const sinceThen = ({ records, now }: DemoModel, { title, since }: Chapter): Line => {
  const lost = records.reduce((sum, record) => sum + record.lost.size, 0);
  const resets = records.reduce((sum, record) => sum + record.resets, 0);
  const tone = lost + resets === 0 ? "good" : "doubt";
  return [
    span(`${INDENT}${title} ${age(now - since)} ago; since then `),
    span(`${lost} packets lost, ${resets} resets`, tone),
  ];
};

/** An outage in words: "new connections back in 0.6 s (6 lost), …", and what was running. */
export const outageLines = ({ chapter, outage: { fresh, udp, tcp }, at }: LastOutage): readonly Line[] => {
  const elapsed = at - chapter.since;
  const all = [fresh, udp, tcp];
  if (elapsed < SOON_MS && all.every(({ lost }) => lost === 0)) return [[span("…", "faint")]];
  if (all.every(isUnharmed)) return [[span("no packet was lost", "good")]];
  return [
    [...harmWords("new connections", fresh, elapsed), span(",")],
    [...harmWords("running UDP", udp, elapsed), span(", "), ...harmWords("TCP", tcp, elapsed)],
  ];
};

/** Before that nothing can be said. */
const SOON_MS = 1500;

/** Less than this is the clients' own rhythm (ms). */
const AT_ONCE_MS = 200;

const isUnharmed = ({ lost, resets, recoveredMs }: Harm): boolean =>
  lost === 0 && resets === 0 && recoveredMs !== null && recoveredMs < AT_ONCE_MS;

const harmWords = (who: string, harm: Harm, elapsed: number): Line => {
  if (isUnharmed(harm)) return [span(`${who} `), span("lost nothing", "good")];
  if (harm.recoveredMs === null) return [span(`${who} `), span(`silent for ${seconds(elapsed)}`, "bad")];
  if (harm.recoveredMs < AT_ONCE_MS) return [span(`${who} `), span("went on", "good"), figures(harm)];
  return [span(`${who} back in `), span(seconds(harm.recoveredMs), "strong"), figures(harm)];
};

const figures = ({ lost, resets }: Harm): Span =>
  span(resets > 0 ? ` (${resets === 1 ? "a reset" : `${resets} resets`})` : ` (${lost} lost)`, "faint");

/** The newest of what was done and said. Pure; never throws. */
export const storyLines = (told: readonly StoryLine[], view: { rows: number; columns: number }): readonly Line[] => {
  const story = inBoth(told);
  const first = Math.max(0, story.length - view.rows);
  return story.slice(first).map((line, index) => clip(storyLine(line, actBefore(story, first + index)), view.columns));
};

/** Both families mostly suffer the same (ms apart): then one line is enough. */
const TOGETHER_MS = 1000;

const FAMILY = /IPv[46]/;

const BOTH = "IPv4 and IPv6";

const sense = (text: string): string => text.replace(FAMILY, "").replace(/[\d.]+/g, "#");

const isAlike = (one: StoryLine, other: StoryLine): boolean =>
  one.by === "daemon" &&
  other.by === "daemon" &&
  other.at - one.at < TOGETHER_MS &&
  FAMILY.exec(one.text)?.[0] !== FAMILY.exec(other.text)?.[0] &&
  sense(one.text) === sense(other.text);

/** Lines of the two families that say the same become one; its figures are those of the first. */
const inBoth = (story: readonly StoryLine[]): readonly StoryLine[] => {
  const lines: StoryLine[] = [];
  for (const line of story) {
    const place = lines.findLastIndex((earlier) => isAlike(earlier, line));
    const twin = lines[place];
    if (twin === undefined) lines.push(line);
    else lines[place] = { ...twin, text: twin.text.replace(FAMILY, BOTH).replace(`${BOTH} is `, `${BOTH} are `) };
  }
  return lines;
};

/** What was done last before a line of the daemon. */
const actBefore = (story: readonly StoryLine[], index: number): StoryLine | null =>
  story.slice(0, index).findLast(({ by }) => by === "you") ?? null;

/** Later than this (ms), a time of day tells more. */
const RELATED_MS = 100_000;

const storyLine = (line: StoryLine, act: StoryLine | null): Line => {
  if (line.by === "you") return [span(`${timeOf(line.at)}  `, "faint"), span(`▸ ${line.text}`, "strong")];
  const late = act === null ? Number.POSITIVE_INFINITY : line.at - act.at;
  const when = late < RELATED_MS ? `+${seconds(late)}`.padStart(8) : timeOf(line.at);
  return [span(`${when}  `, "faint"), span(line.text, line.level === "error" ? "bad" : "plain")];
};

/** The local time of day. */
const timeOf = (ms: number): string => new Date(ms).toTimeString().slice(0, 8);
