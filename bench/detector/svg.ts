import type { Result } from "./plan.ts";

/** A contender's place in the picture. */
interface Point {
  readonly name: string;
  /** Seconds until new flows work. */
  readonly x: number;
  /** False failovers a year. */
  readonly y: number;
  readonly ours: boolean;
}

const WIDTH = 720;
const HEIGHT = 420;
const PLOT = { left: 70, right: 690, top: 50, bottom: 360 } as const;
/** Logarithmic both ways, since the contenders lie three powers of ten apart. */
const X_RANGE = [0.2, 300] as const;
const Y_RANGE = [0.5, 50_000] as const;
const X_TICKS = [0.25, 0.5, 1, 2, 5, 10, 30, 60, 120];
const Y_TICKS = [1, 10, 100, 1_000, 10_000];

/** Readable on white and on black: the text takes the colour that the reader's scheme asks for. */
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #24292f; }
  .title { font-size: 15px; font-weight: 600; }
  .axis { stroke: #8c959f; stroke-width: 1; }
  .grid { stroke: #8c959f; stroke-opacity: .25; }
  .ours { fill: #1a7f37; } .other { fill: #8c959f; }
  text.ours { fill: #1a7f37; font-weight: 600; }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .ours, text.ours { fill: #3fb950; } }
`;

/** Where the time until new flows work is looked up: ours with users on the line, where they divert. */
const pointsOf = (results: readonly Result[], link: string): Point[] =>
  results
    .filter(({ part, where }) => part === "idle" && where === link)
    .map(({ contender, figures }) => {
      const used = results.find((one) => one.contender === contender && one.part === "used" && one.where === link);
      const x = used?.figures.divertP50 ?? figures.failoverP50 ?? Number.NaN;
      return { name: contender, x, y: figures.downsPerYear ?? Number.NaN, ours: used !== undefined };
    })
    .filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));

const scale = ([least, most]: readonly [number, number], [from, to]: readonly [number, number]) => {
  const span = Math.log(most / least);
  return (value: number): number =>
    from + ((to - from) * Math.log(Math.min(most, Math.max(least, value)) / least)) / span;
};

const xOf = scale(X_RANGE, [PLOT.left, PLOT.right]);
const yOf = scale(Y_RANGE, [PLOT.bottom, PLOT.top]);

const grid = (): string[] => [
  ...X_TICKS.flatMap((tick) => [
    `<line class="grid" x1="${place(xOf(tick))}" x2="${place(xOf(tick))}" y1="${PLOT.top}" y2="${PLOT.bottom}"/>`,
    `<text x="${place(xOf(tick))}" y="${PLOT.bottom + 20}" text-anchor="middle">${tick} s</text>`,
  ]),
  ...Y_TICKS.flatMap((tick) => [
    `<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${place(yOf(tick))}" y2="${place(yOf(tick))}"/>`,
    `<text x="${PLOT.left - 8}" y="${place(yOf(tick) + 4)}" text-anchor="end">${tick.toLocaleString("en")}</text>`,
  ]),
  `<text x="${PLOT.left - 8}" y="${PLOT.bottom + 4}" text-anchor="end">0</text>`,
  `<path class="axis" fill="none" d="M${PLOT.left} ${PLOT.top}V${PLOT.bottom}H${PLOT.right}"/>`,
];

/** Labels of points that lie close to each other are put one above the other. */
const labelled = (points: readonly Point[]): string[] => {
  const taken: { readonly x: number; readonly y: number }[] = [];
  return points
    .toSorted((a, b) => a.x - b.x)
    .flatMap(({ name, x, y, ours }) => {
      const at = { x: xOf(x), y: yOf(y) };
      let labelY = at.y - 8;
      while (taken.some((other) => Math.abs(other.x - at.x) < 90 && Math.abs(other.y - labelY) < 14)) labelY -= 14;
      taken.push({ x: at.x, y: labelY });
      const kind = ours ? "ours" : "other";
      return [
        `<circle class="${kind}" cx="${place(at.x)}" cy="${place(at.y)}" r="5"/>`,
        `<text${ours ? ' class="ours"' : ""} x="${place(at.x + 6)}" y="${place(labelY)}">${name}</text>`,
      ];
    });
};

const place = (value: number): string => value.toFixed(1);

/** How soon new flows work after a blackhole, and how often each is wrong, on a cable line, as an SVG. */
export const figure = (results: readonly Result[]): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title">`,
    `<title id="title">Time until new flows work against false failovers a year, on a cable line</title>`,
    `<style>${STYLE}</style>`,
    `<text class="title" x="${PLOT.left}" y="26">Cable line: sooner is left, calmer is down</text>`,
    ...grid(),
    ...labelled(pointsOf(results, "cable")),
    `<text x="${(PLOT.left + PLOT.right) / 2}" y="${HEIGHT - 14}" text-anchor="middle">from a blackhole until new flows work, median</text>`,
    `<text transform="translate(18 ${(PLOT.top + PLOT.bottom) / 2}) rotate(-90)" text-anchor="middle">false failovers a year</text>`,
    "</svg>",
    "",
  ].join("\n");
