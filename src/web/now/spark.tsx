import type { JSX } from "preact";
import { percent, rtt } from "../word/format.ts";

const STEP = 4;
const HEIGHT = 36;
const SHOWN = 60;

/** The newest probes, one bar each: how long the answer took, or that none came. */
export const Spark = ({
  recent,
  loss,
}: {
  readonly recent: readonly (number | null)[];
  readonly loss: number | null;
}): JSX.Element => {
  const shown = recent.slice(-SHOWN);
  const answered = shown.filter((one) => one !== null);
  const most = Math.max(1, ...answered) * 1.15;
  const first = SHOWN - shown.length;
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${SHOWN * STEP} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`The newest ${shown.length} probes: at most ${rtt(answered.length === 0 ? null : Math.max(...answered))}, ${percent(loss)} lost`}
    >
      {shown.map((one, index) => {
        const height = one === null ? HEIGHT : Math.max(2, (one / most) * HEIGHT);
        const x = (first + index) * STEP;
        return (
          <rect
            key={`${x}`}
            class={one === null ? "lost" : ""}
            x={x}
            y={HEIGHT - height}
            width={STEP - 1.5}
            height={height}
          />
        );
      })}
    </svg>
  );
};
