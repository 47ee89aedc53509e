import type { Report } from "../../core/report.ts";
import type { Piece } from "../journal/recording.ts";
import type { RunHistory } from "./history.ts";
import { replay } from "./replay.ts";
import { openScorer, type Scorer } from "./score.ts";
import type { Candidate, Scored } from "./tune.ts";
import { openWhatIf, type WhatIf } from "./what-if.ts";

export interface Comparison {
  readonly pieces: Iterable<Piece>;
  readonly version: string;
  /** What an earlier replay of the same pieces gathered, run by run. */
  readonly runs: readonly RunHistory[];
  readonly candidates: readonly Candidate[];
  /** Hears of what each candidate would have decided; `atMs`: milliseconds since 1970. */
  readonly onReport?: (name: string, report: Report, atMs: number) => void;
}

interface Contender {
  readonly candidate: Candidate;
  readonly scorer: Scorer;
  life: WhatIf | null;
}

/** Lets each candidate live through the record, all side by side. Throws AppError where the record is none. */
export const compare = ({ pieces, version, runs, candidates, onReport = () => {} }: Comparison): readonly Scored[] => {
  const contenders: readonly Contender[] = candidates.map((candidate) => ({
    candidate,
    scorer: openScorer(),
    life: null,
  }));
  let run = -1;
  let offsetMs = 0;
  replay(pieces, version, {
    onStart: (start, wallOffsetMs) => {
      run += 1;
      offsetMs = wallOffsetMs;
      const history = runs[run];
      if (history === undefined) return;
      for (const contender of contenders) {
        const { candidate, scorer } = contender;
        scorer.onRun(history);
        contender.life = openWhatIf({
          settings: candidate.settings,
          start,
          history,
          onStep: (imagined) => {
            scorer.onStep(imagined);
            for (const command of imagined.commands) {
              if (command.kind === "report") onReport(candidate.name, command.report, imagined.now + offsetMs);
            }
          },
        });
      }
    },
    onStep: (seen) => {
      offsetMs = seen.wallOffsetMs;
      for (const { life } of contenders) life?.follow(seen);
    },
  });
  return contenders.map(({ candidate, scorer }) => ({ name: candidate.name, score: scorer.score() }));
};
