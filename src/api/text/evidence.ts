import type { PastEvent } from "../../core/history/answer.ts";
import { roundTrip } from "./words.ts";

/** What was known when a verdict fell, in one line. Never throws. */
export const evidenceText = ({ gateway, complaints, probes }: NonNullable<PastEvent["evidence"]>): string => {
  const silent = probes.filter(({ rttMs }) => rttMs === null);
  const targets = [...new Set(silent.map(({ target }) => target))];
  const answered = probes.findLast(({ rttMs }) => rttMs !== null);
  return [
    ...(gateway === null ? [] : [`gateway ${gateway}`]),
    ...(answered === undefined
      ? []
      : [
          `last answer ${(answered.beforeMs / 1000).toFixed(1)} s before, from ${answered.target} in ${roundTrip(answered.rttMs)}`,
        ]),
    ...(silent.length === 0
      ? []
      : [`${silent.length} ${silent.length === 1 ? "probe" : "probes"} unanswered, to ${targets.join(", ")}`]),
    ...complaints,
  ].join("; ");
};
