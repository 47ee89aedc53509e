import { countUpTo, merged, type Span, spanAt } from "./span.ts";

/** A recorded probe and what became of it. Times in milliseconds since boot. */
export interface Sample {
  readonly sentAt: number;
  readonly target: string;
  /** null: nothing came back. */
  rttMs: number | null;
  /** It could not be sent, or a router refused it. */
  refused: boolean;
  /** When user packets last came back before it; −Infinity: never. */
  readonly trafficAt: number;
}

/** What the record says of one uplink in one address family. */
export interface Line {
  /** When nothing came back, whoever was asked. */
  readonly silences: readonly Span[];
  /**
   * What a probe at that moment would have met. `spent`: the single losses that fell upon earlier probes; each falls upon
   * one only. Never throws.
   */
  answer(target: string, at: number, spent: Set<Sample>): Answer;
}

/** A round trip in milliseconds, nothing, or an error at once. */
export type Answer = { readonly rttMs: number } | "silence" | "refused";

/** So many losses in a row make a silence of the line … */
const LOSSES_IN_A_ROW = 2;

/** … and so many of a target, which is asked more rarely, one of that target. */
const TARGET_LOSSES_IN_A_ROW = 3;

/** What a line that never answered is taken to need, should it be asked where it isn't known to be silent (ms). */
const RTT_UNKNOWN_MS = 50;

/** Reads a line's truth from its samples, in the order of their sending. `endAt`: the record ends. Never throws. */
export const lineOf = (samples: readonly Sample[], endAt: number): Line => {
  const targets = byTarget(samples);
  const distinct = Math.min(2, targets.size);
  const silences = silencesOf(samples, { endAt, losses: LOSSES_IN_A_ROW, distinct });
  const tracks = new Map([...targets].map(([target, own]) => [target, trackOf(own, endAt)]));
  const answered = samples.filter(isAnswered);
  return {
    silences,
    answer: (target, at, spent) => {
      const track = tracks.get(target);
      const near = nearest(samples, at);
      const isSilent = spanAt(silences, at) !== undefined || spanAt(track?.silences ?? [], at) !== undefined;
      if (isSilent || (near !== undefined && isSingleLoss(near, spent))) return near?.refused ? "refused" : "silence";
      const like = nearest(track?.answered ?? [], at) ?? nearest(answered, at);
      return { rttMs: like?.rttMs ?? RTT_UNKNOWN_MS };
    },
  };
};

const isSingleLoss = (sample: Sample, spent: Set<Sample>): boolean => {
  if (isAnswered(sample) || spent.has(sample)) return false;
  spent.add(sample);
  return true;
};

interface Track {
  readonly silences: readonly Span[];
  readonly answered: readonly Sample[];
}

const trackOf = (samples: readonly Sample[], endAt: number): Track => ({
  silences: silencesOf(samples, { endAt, losses: TARGET_LOSSES_IN_A_ROW, distinct: 1 }),
  answered: samples.filter(isAnswered),
});

const byTarget = (samples: readonly Sample[]): Map<string, Sample[]> => {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    const group = groups.get(sample.target);
    if (group === undefined) groups.set(sample.target, [sample]);
    else group.push(sample);
  }
  return groups;
};

const isAnswered = ({ rttMs }: Sample): boolean => rttMs !== null;

interface SilenceRule {
  readonly endAt: number;
  readonly losses: number;
  /** Of so many targets. */
  readonly distinct: number;
}

const silencesOf = (samples: readonly Sample[], rule: SilenceRule): readonly Span[] => {
  const spans: Span[] = [];
  for (let first = 0; first < samples.length; first += 1) {
    let next = first;
    const targets = new Set<string>();
    for (; next < samples.length; next += 1) {
      const sample = samples[next];
      if (sample === undefined || isAnswered(sample)) break;
      targets.add(sample.target);
    }
    if (next - first >= rule.losses && targets.size >= rule.distinct)
      spans.push(silence(samples, { first, next, rule }));
    first = next;
  }
  return merged(spans);
};

/** The truth began and ended somewhere between the last sign of life, the losses, and the next one: in the middle, we say. */
const silence = (
  samples: readonly Sample[],
  { first, next, rule }: { first: number; next: number; rule: SilenceRule },
): Span => {
  const [lost, last, before, after] = [samples[first], samples[next - 1], samples[first - 1], samples[next]];
  const lostAt = lost?.sentAt ?? 0;
  const aliveAt = Math.min(lostAt, Math.max(before?.sentAt ?? lostAt, lost?.trafficAt ?? lostAt));
  const lastAt = last?.sentAt ?? lostAt;
  return {
    from: (aliveAt + lostAt) / 2,
    to: after === undefined ? Math.max(lastAt, rule.endAt) : (lastAt + after.sentAt) / 2,
  };
};

const nearest = (samples: readonly Sample[], at: number): Sample | undefined => {
  const next = countUpTo(samples, ({ sentAt }) => sentAt <= at);
  const [before, after] = [samples[next - 1], samples[next]];
  if (before === undefined || after === undefined) return before ?? after;
  return at - before.sentAt <= after.sentAt - at ? before : after;
};
