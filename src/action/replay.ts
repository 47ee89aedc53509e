import { readJournal } from "../adapter/file/journal-file.ts";
import type { Output } from "../cli/output.ts";
import {
  type Decision,
  decisionText,
  ESTIMATE,
  type Extent,
  extentText,
  lineText,
  type Row,
  samenessText,
  tableText,
  verdictText,
} from "../cli/render-replay.ts";
import { loadConfig } from "../config/load.ts";
import type { Report } from "../core/report.ts";
import { reportText } from "../core/report-text.ts";
import type { Settings } from "../core/settings.ts";
import { AppError } from "../error.ts";
import { damaged, type Piece, piecesOf } from "../shell/journal/recording.ts";
import { compare } from "../shell/replay/compare.ts";
import { type Historian, openHistorian } from "../shell/replay/history.ts";
import { type Outcome, replay, type Spectator } from "../shell/replay/replay.ts";
import { bestOf, type Candidate, candidatesFor, type Scored } from "../shell/replay/tune.ts";
import { VERSION } from "../version.ts";

/** What `wan-failover replay JOURNAL` was asked. */
export interface ReplayRequest {
  readonly journalPath: string;
  /** null: the config that was in force. */
  readonly configPath: string | null;
  readonly tune: boolean;
  readonly json: boolean;
  readonly output: Pick<Output, "write">;
}

const SAME = 0;
const DIFFERENT = 1;

/** Far more than a daemon decides in the days that a journal holds. */
const DECISIONS_MAX = 100_000;

/** Says what a journal's daemon decided and when, or would have. Returns the exit code: 1 where a replay differs from what was. Throws AppError. */
export const runReplay = (request: ReplayRequest): number => {
  const bytes = readJournal(request.journalPath);
  const settings = request.configPath === null ? null : loadConfig(request.configPath).settings;
  const study: Study = { request, pieces: () => piecesOf(bytes) };
  if (settings === null && !request.tune) return tellExactly(study);
  const past = studyPast(study, openHistorian());
  const base = settings ?? past.latest;
  if (request.tune) return tellBest(past, base);
  return past.configs.length === 1 && isSame(base, past.latest) ? tellExactly(study) : tellWhatIf(past, base);
};

interface Study {
  readonly request: ReplayRequest;
  /** From the beginning at each call. */
  readonly pieces: () => Iterable<Piece>;
}

interface Past extends Study {
  readonly historian: Historian;
  readonly extent: Extent;
  readonly configs: readonly Settings[];
  readonly latest: Settings;
}

const isSame = (one: Settings, other: Settings): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Notes when a replay began and ended, beside what another spectator notes. */
const withTimes = (spectator: Spectator): Spectator & { from: number; to: number } => {
  const noting = {
    from: Number.POSITIVE_INFINITY,
    to: Number.NEGATIVE_INFINITY,
    onStart: (...[start, wallOffsetMs]: Parameters<Spectator["onStart"]>) => {
      noting.from = Math.min(noting.from, start.now + wallOffsetMs);
      noting.to = Math.max(noting.to, start.now + wallOffsetMs);
      spectator.onStart(start, wallOffsetMs);
    },
    onStep: (seen: Parameters<Spectator["onStep"]>[0]) => {
      noting.to = Math.max(noting.to, seen.now + seen.wallOffsetMs);
      spectator.onStep(seen);
    },
  };
  return noting;
};

const replayed = ({ request, pieces }: Study, spectator: Spectator): { outcome: Outcome; extent: Extent } => {
  const times = withTimes(spectator);
  const outcome = replay(pieces(), VERSION, times);
  return { outcome, extent: { journal: request.journalPath, fromMs: times.from, toMs: times.to, ...outcome } };
};

const tellExactly = (study: Study): number => {
  const { json, output } = study.request;
  const told = openTelling(study.request);
  const { outcome, extent } = replayed(study, {
    onStart: (start, wallOffsetMs) => told.say({ atMs: start.now + wallOffsetMs, text: "a run begins" }),
    onStep: ({ commands, now, wallOffsetMs }) => {
      for (const command of commands) if (command.kind === "report") told.report(command.report, now + wallOffsetMs);
    },
  });
  const sameness = { decisions: told.count(), checks: outcome.checks, differentAtMs: outcome.differentAtMs };
  if (json) output.write(JSON.stringify({ kind: "exact", ...extent, ...sameness, decided: told.decisions }));
  else output.write(`\n${extentText(extent)}\n${samenessText(sameness)}`);
  return outcome.differentAtMs === null ? SAME : DIFFERENT;
};

interface Telling {
  readonly decisions: readonly (Decision & { readonly report?: Report })[];
  say(decision: Decision): void;
  /** Passing suspicions are not told. */
  report(report: Report, atMs: number): void;
  /** The reports so far. */
  count(): number;
}

/** Rows as they come for people; for programs they are gathered. */
const openTelling = ({ json, output }: ReplayRequest): Telling => {
  const decisions: (Decision & { report?: Report })[] = [];
  let count = 0;
  const say = (decision: Decision & { report?: Report }): void => {
    if (json) decisions.push(decision);
    else output.write(decisionText(decision));
  };
  return {
    decisions,
    say,
    report: (report, atMs) => {
      const { importance, text } = reportText(report);
      if (importance === "debug") return;
      count += 1;
      if (count > DECISIONS_MAX) throw damaged("there are more decisions in it than a daemon takes");
      say({ atMs, text, report });
    },
    count: () => count,
  };
};

const studyPast = (study: Study, historian: Historian): Past => {
  const { extent } = replayed(study, historian);
  const configs = historian.configs();
  const latest = configs.at(-1);
  if (latest === undefined) throw damaged("there is no config in it");
  return { ...study, historian, extent, configs, latest };
};

const score = (past: Past, candidates: readonly Candidate[], onReport?: Parameters<typeof compare>[0]["onReport"]) => {
  const runs = past.historian.runs();
  for (const { name } of candidates.flatMap(({ settings }) => settings.uplinks)) {
    const isKnown = runs.some((run) => run.place(name, "ipv4") !== null || run.place(name, "ipv6") !== null);
    if (!isKnown) throw new AppError("journal-unfit", `the journal has nothing of the uplink ${name}`);
  }
  return compare({
    pieces: past.pieces(),
    version: VERSION,
    runs,
    candidates,
    ...(onReport === undefined ? {} : { onReport }),
  });
};

const rowsOf = (scored: readonly Scored[]): Row[] => scored.map(({ name, score: figures }) => ({ name, ...figures }));

const AS_RECORDED = "as it was";

const tellWhatIf = (past: Past, settings: Settings): number => {
  const { request, extent } = past;
  const { json, output, configPath } = request;
  const asked = configPath ?? "";
  const told = openTelling(request);
  if (!json) output.write(`What would have been decided under ${asked}:`);
  const candidates = [
    { name: AS_RECORDED, settings: past.latest },
    { name: asked, settings },
  ];
  const rows = rowsOf(
    score(past, candidates, (name, report, atMs) => {
      if (name === asked) told.report(report, atMs);
    }),
  );
  if (json) output.write(JSON.stringify({ kind: "estimate", ...extent, rows, decided: told.decisions }));
  else output.write(`\n${extentText(extent)}\n${ESTIMATE}\n\n${tableText(rows)}\n\n${lineText(rows)}`);
  return SAME;
};

const tellBest = (past: Past, base: Settings): number => {
  const { request, extent } = past;
  const { json, output } = request;
  const scored = score(past, [{ name: AS_CONFIGURED, settings: base }, ...candidatesFor(base)]);
  const best = bestOf(scored.slice(1)).name;
  const rows = rowsOf(scored);
  const verdict = verdictOf(rows.slice(1), best);
  if (json) output.write(JSON.stringify({ kind: "estimate", ...extent, rows, best, verdict }));
  else output.write(`${extentText(extent)}\n${ESTIMATE}\n\n${tableText(rows)}\n\n${lineText(rows)} ${verdict}`);
  return SAME;
};

const AS_CONFIGURED = "as configured";

const verdictOf = (rows: readonly Row[], name: string): string => {
  const [best] = rows.filter((row) => row.name === name);
  return best === undefined
    ? ""
    : verdictText(
        best,
        rows.filter((row) => row !== best),
      );
};
