import type { PastSeries, Point } from "./answer.ts";
import type { Sample } from "./entry.ts";

/** Samples as the API tells them, those of one target together; no more than `pointsMax` in all. Never throws. */
export const seriesOf = (samples: readonly Sample[], pointsMax: number): readonly PastSeries[] => {
  const series = new Map<string, PastSeries & { readonly points: Point[] }>();
  for (const sample of samples.slice(-pointsMax).toSorted((one, other) => one.at - other.at)) {
    const { uplink, family, target } = sample;
    const key = `${uplink} ${family} ${target}`;
    const one = series.get(key) ?? { uplink, family, target, points: [] };
    one.points.push(pointOf(sample));
    series.set(key, one);
  }
  return [...series.values()];
};

const pointOf = ({ at, sent, lost, rttMsSum, rttMsMin, rttMsMax }: Sample): Point => {
  const answered = sent - lost;
  return answered === 0
    ? [at, sent, lost, null, null, null]
    : [at, sent, lost, rounded(rttMsMin), rounded(rttMsSum / answered), rounded(rttMsMax)];
};

const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;
