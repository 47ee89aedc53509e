import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type uPlot from "uplot";

export interface Series {
  readonly name: string;
  /** null: a gap; undefined: nothing is known, and the line goes on. */
  readonly values: readonly (number | null | undefined)[];
}

interface Props {
  readonly title: string;
  /** s since 1970. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  /** A value in words. */
  readonly format: (value: number) => string;
  /** The scale goes up to this at the least. */
  readonly least: number;
}

const HEIGHT = 170;

/** Lines over time. The library is loaded when the first chart is shown. */
export const Chart = ({ title, times, series, format, least }: Props): JSX.Element => {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const data = [times, ...series.map(({ values }) => values)] as uPlot.AlignedData;
  const newest = useRef(data);
  newest.current = data;
  const names = series.map(({ name }) => name).join();
  useEffect(() => {
    const { current: element } = place;
    if (element === null) return;
    return draw(element, {
      names: names.split(","),
      format,
      least,
      begun: (begun) => {
        plot.current = begun;
        begun.setData(newest.current);
      },
    });
  }, [names, format, least]);
  useEffect(() => plot.current?.setData(data), [data]);
  return (
    <figure class="chart">
      <figcaption>
        {title}
        <Legend series={series} format={format} />
      </figcaption>
      <div ref={place} aria-hidden="true" />
    </figure>
  );
};

const Legend = ({ series, format }: Pick<Props, "series" | "format">): JSX.Element => (
  <ul>
    {series.map(({ name, values }, index) => (
      <li key={name} class={`series-${index % COLOURS} dash-${dashOf(index)}`}>
        {name}{" "}
        <span>
          {shown(
            values.findLast((value) => value !== undefined),
            format,
          )}
        </span>
      </li>
    ))}
  </ul>
);

const shown = (value: number | null | undefined, format: (value: number) => string): string =>
  value == null ? "–" : format(value);

/** As exact as the steps between the words are. `at`, `stepS`: s. */
const timeText = (at: number, stepS: number): string => {
  const time = new Date(at * 1000);
  if (stepS >= DAY_S) return time.toLocaleDateString(undefined, { day: "numeric", month: "short" });
  const seconds = stepS < 60 ? ({ second: "2-digit" } as const) : {};
  return time.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", ...seconds, hour12: false });
};

const DAY_S = 86_400;

const COLOURS = 4;

/** Where there are more lines than colours; as in the style sheet. */
const DASHES = [[], [8, 4], [2, 3]];

const dashOf = (index: number): number => Math.floor(index / COLOURS) % DASHES.length;

interface Drawing {
  readonly names: readonly string[];
  readonly format: (value: number) => string;
  readonly least: number;
  readonly begun: (plot: uPlot) => void;
}

/** Draws until the returned function is called; anew when the colours change. */
const draw = (element: HTMLElement, drawing: Drawing): (() => void) => {
  const end = new AbortController();
  let plot: uPlot | null = null;
  void import("uplot").then(({ default: Plot }) => {
    if (end.signal.aborted) return;
    const begin = (): void => {
      plot?.destroy();
      plot = new Plot(options(element, drawing), [[]], element);
      drawing.begun(plot);
    };
    begin();
    const sizes = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height: HEIGHT }));
    sizes.observe(element);
    const themes = new MutationObserver(begin);
    themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", begin, { signal: end.signal });
    end.signal.addEventListener("abort", () => {
      sizes.disconnect();
      themes.disconnect();
      plot?.destroy();
    });
  });
  return () => end.abort();
};

const options = (element: HTMLElement, { names, format, least }: Drawing): uPlot.Options => {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const axis = {
    stroke: colour("soft"),
    font: `12px ${style.fontFamily}`,
    grid: { stroke: colour("line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_, __, most) => [0, Math.max(most * 1.1, least)] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        values: (_, splits, ...[, , step]) => splits.map((at) => timeText(at, step)),
        size: 28,
        space: 90,
      },
      { ...axis, size: 74, space: 34, values: (_, splits) => splits.map(format) },
    ],
    series: [
      {},
      ...names.map((name, index) => ({
        label: name,
        stroke: colour(`series-${index % COLOURS}`),
        dash: DASHES[dashOf(index)] ?? [],
        width: 1.8,
        points: { show: false },
        spanGaps: false,
      })),
    ],
  };
};
