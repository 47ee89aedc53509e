import type { JSX } from "preact";
import type { Entry } from "./entry.ts";
import { placeIn, type Range, type Span, ticksOf, tickText } from "./span.ts";

interface Props {
  readonly uplinks: readonly string[];
  readonly entries: readonly Entry[];
  readonly span: Span;
  readonly range: Range;
  readonly open: (entry: Entry) => void;
}

const WIDTH = 1000;
const ROW = 34;

/** What is shorter than this is drawn so wide, so that it is seen. */
const LEAST = 3;

/** A row for each uplink with its outages, and one above for where traffic went. The list below says the same in words. */
export const Bars = ({ uplinks, entries, span, range, open }: Props): JSX.Element => {
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
              {entries
                .filter((entry) =>
                  name === null ? isTraffic(entry) : entry.kind === "outage" && entry.uplink === name,
                )
                .map((entry) => (
                  <Bar key={entry.key} entry={entry} span={span} open={open} />
                ))}
            </g>
          ))}
        </svg>
        <ol>
          {ticksOf(span, range).map((at) => (
            <li key={at} style={{ left: `${placeIn(span, at) * 100}%` }}>
              {tickText(at, range)}
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
};

const isTraffic = ({ kind }: Entry): boolean => kind === "divert" || kind === "switch";

const Bar = ({ entry, span, open }: Pick<Props, "span" | "open"> & { readonly entry: Entry }): JSX.Element => {
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
