import { assess } from "../detector/detect.ts";
import type { Assessment, Verdict } from "../detector/detector.ts";
import type { Family } from "../family.ts";
import { reasonOf } from "../path/gateway.ts";
import type { Monitor, UplinkState } from "../state.ts";
import { portalIn, reasonWith } from "../target/target-note.ts";

/** What the policy needs to know of an uplink in one family. */
export interface Candidate {
  readonly name: string;
  /** Preference class, 1 is best. */
  readonly tier: number;
  readonly verdict: Verdict;
  /** When the verdict was reached. */
  readonly since: number;
  /** Why, in one sentence. */
  readonly reason: string;
  /** Its path is whole: interface, carrier, address, gateway. */
  readonly usable: boolean;
  /** Silence is proven long enough that new flows should avoid it. */
  readonly diverted: boolean;
  /** A captive portal holds it: nothing gets through, whatever answers. */
  readonly portal: boolean;
  /** Loses too much, or a portal holds it. Latency alone never moves traffic: its own users may be filling the line. */
  readonly degraded: boolean;
}

/** The uplinks that take part in a family, in the order of the config. */
export const candidates = (uplinks: readonly UplinkState[], family: Family): readonly Candidate[] =>
  uplinks.flatMap((uplink) => {
    const monitor = uplink.families[family];
    return monitor === null ? [] : [candidate(uplink, monitor)];
  });

const candidate = (uplink: UplinkState, monitor: Monitor): Candidate => {
  const assessment: Assessment = assess(monitor.detector);
  const portal = portalIn(monitor.notes);
  return {
    name: uplink.settings.name,
    tier: uplink.settings.tier,
    verdict: assessment.verdict,
    since: assessment.since,
    reason: reasonWith({ verdict: assessment.verdict, reason: reasonOf(monitor) }, portal),
    usable: monitor.path.usable,
    diverted: assessment.diverted,
    portal: portal !== null,
    degraded: assessment.degraded.loss || portal !== null,
  };
};

/** Works as far as is known: suspicion is not failure, and undecided is not down. */
export const isWorking = (candidate: Candidate): boolean =>
  candidate.verdict === "up" ||
  candidate.verdict === "suspect" ||
  (candidate.verdict === "unknown" && candidate.usable);

/** Proven to work, without a doubt at this moment. */
export const isUp = (candidate: Candidate): boolean => candidate.verdict === "up" && candidate.usable;

/** It answers again, and hasn't proven itself yet. */
export const isReturning = (candidate: Candidate): boolean => candidate.verdict === "hold-down" && candidate.usable;

/** The same, without a doubt at this moment: good enough where nothing else works. */
export const isAnswering = (candidate: Candidate): boolean => isReturning(candidate) && !candidate.diverted;
