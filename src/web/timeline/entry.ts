import type { HistoryAnswer, PastEvent, PastOutage } from "../../core/history/answer.ts";
import { familyName } from "../word/verdict.ts";
import type { Span } from "./span.ts";

/** One thing on the timeline. */
export interface Entry {
  readonly key: string;
  readonly kind: "outage" | "divert" | "switch" | "other";
  readonly begin: number;
  /** Of what lasts: its end, or the end of what is shown. */
  readonly end: number;
  readonly isOpen: boolean;
  readonly uplink: string | null;
  readonly title: string;
  readonly text: string;
  readonly evidence: PastOutage["evidence"];
}

/** What is told, newest first. Suspicions that passed, and changes of verdicts that an outage tells already, are left out. */
export const entriesOf = ({ outages, events, until }: HistoryAnswer): readonly Entry[] =>
  [...outages.map((outage) => outageEntry(outage, until)), ...diverts(events), ...events.flatMap(eventEntry)].sort(
    (one, other) => other.begin - one.begin,
  );

const outageEntry = ({ uplink, family, begin, end, cause, cutShort, evidence }: PastOutage, until: number): Entry => ({
  key: `outage ${uplink} ${family} ${begin}`,
  kind: "outage",
  begin,
  end: end ?? until,
  isOpen: end === null,
  uplink,
  title: `${uplink} ${familyName(family)} ${end === null ? "is" : "was"} out`,
  text: cutShort ? `${cause}; the daemon ended before the outage did` : cause,
  evidence,
});

/** A divert lasts until new flows return, or until what it feared has come true. */
const diverts = (events: readonly PastEvent[]): readonly Entry[] =>
  events.flatMap((event, index) => {
    if (event.kind !== "diverted") return [];
    const over = events
      .slice(index + 1)
      .find(({ kind, family }) => family === event.family && ENDS_DIVERT.includes(kind));
    return [
      { ...bare(event), kind: "divert", title: "New connections were diverted", end: over?.at ?? event.at } as const,
    ];
  });

const ENDS_DIVERT = ["returned", "switched"];

const eventEntry = (event: PastEvent): readonly Entry[] => {
  if (event.kind === "switched") return [{ ...bare(event), kind: "switch", title: "Traffic was switched" }];
  if (event.importance !== "error" && !event.kind.startsWith("portal")) return [];
  return [{ ...bare(event), title: "Something went wrong" }];
};

const bare = ({ kind, at, uplink, family, text, evidence }: PastEvent): Entry => ({
  key: `${kind} ${at} ${family} ${uplink} ${text}`,
  kind: "other",
  begin: at,
  end: at,
  isOpen: false,
  uplink,
  title: "",
  text,
  evidence,
});

/** The share of the time that was watched in which an uplink had no outage in any family that it has, 0..1; null: of nothing. */
export const availability = (outages: readonly PastOutage[], { runs, until }: HistoryAnswer): number | null => {
  const watched = lengthOf(runs);
  const out = lengthOf(
    outages.flatMap(({ begin, end }) =>
      runs.map((run) => ({ from: Math.max(begin, run.from), until: Math.min(end ?? until, run.until) })),
    ),
  );
  return watched === 0 ? null : 1 - out / watched;
};

/** What spans cover together: those of two families overlap. */
const lengthOf = (spans: readonly Span[]): number => {
  let [length, upTo] = [0, 0];
  for (const { from, until } of [...spans].sort((one, other) => one.from - other.from)) {
    length += Math.max(0, until - Math.max(from, upTo));
    upTo = Math.max(upTo, until);
  }
  return length;
};
