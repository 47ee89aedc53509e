import type { JSX } from "preact";
import type { HistoryAnswer } from "../../core/history/answer.ts";
import type { Entry } from "./entry.ts";
import { placeIn, type Range, type Span, ticksOf, tickText } from "./span.ts";

interface Props {
  readonly uplinks: readonly string[];
  readonly entries: readonly Entry[];
  readonly answer: HistoryAnswer;
  readonly range: Range;
  readonly open: (entry: Entry) => void;
}

const WIDTH = 1000;
const ROW = 34;

/** What is shorter than this is drawn so wide, so that it is seen. */
const LEAST = 3;

/** A row for each uplink with its outages, and one above for where traffic went. The list below says the same in words. */
export const Bars = ({ uplinks, entries, answer, range, open }: Props): JSX.Element => {
  const rows = [null, ...uplinks];
  return (
    <div class="bars" aria-hidden="true">
      <ul>
        {rows.map((name) => (
          <li key={`${name}`}>{name ?? "Traffic"}</li>
        ))}
      </ul>
      <div>
        <svg
          aria-hidden="true"
          viewBox={`0 0 ${WIDTH} ${rows.length * ROW}`}
          preserveAspectRatio="none"
          style={{ height: `${rows.length * ROW}px` }}
        >
          {rows.map((name, row) => (
            <g key={`${name}`} transform={`translate(0 ${row * ROW})`}>
              <rect class="track" y="6" width={WIDTH} height={ROW - 12} rx="4" />
              {name !== null && <Watched answer={answer} />}
              {entries
                .filter((entry) =>
                  name === null ? isTraffic(entry) : entry.kind === "outage" && entry.uplink === name,
                )
                .map((entry) => (
                  <Bar key={entry.key} entry={entry} span={answer} open={open} />
                ))}
            </g>
          ))}
        </svg>
        <ol>
          {ticksOf(answer, range).map((at) => (
            <li key={at} style={{ left: `${placeIn(answer, at) * 100}%` }}>
              {tickText(at, range)}
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
};

const isTraffic = ({ kind }: Entry): boolean => kind === "divert" || kind === "switch";

/** Green is what somebody has seen: while the daemon didn't run, nobody knows. */
const Watched = ({ answer }: Pick<Props, "answer">): JSX.Element => (
  <>
    {answer.runs.map(({ from, until }) => {
      const [x, end] = [placeIn(answer, from) * WIDTH, placeIn(answer, until) * WIDTH];
      return <rect key={from} class="watched" x={x} y="6" width={Math.max(1, end - x)} height={ROW - 12} />;
    })}
  </>
);

interface BarProps extends Pick<Props, "open"> {
  readonly entry: Entry;
  readonly span: Span;
}

const Bar = ({ entry, span, open }: BarProps): JSX.Element => {
  const [from, to] = [placeIn(span, entry.begin) * WIDTH, placeIn(span, entry.end) * WIDTH];
  const width = Math.max(LEAST, to - from);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the drawing is hidden from readers; its list has a control for each.
    <rect
      class={entry.kind}
      x={Math.min(from, WIDTH - width)}
      y="3"
      width={width}
      height={ROW - 6}
      rx="2"
      onClick={() => open(entry)}
    >
      <title>{entry.text}</title>
    </rect>
  );
};
