import type { Notice, NoticeKind } from "./notice.ts";
import type { Moment } from "./settings.ts";
import { lastedMs, type Since } from "./since.ts";
import type { View } from "./view.ts";
import { detailsOf, sentence, spanText } from "./words.ts";

/** One switch that was seen. */
export interface Move {
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  readonly date: string;
}

/** What was told of who carries the traffic, and what wasn't yet. */
export interface MovesState {
  /** The uplink that people believe to carry the traffic; null: the primary. */
  readonly told: string | null;
  /** The uplink that was seen to carry it the last time; null before the first look. */
  readonly seen: string | null;
  /** When it left the primary; null while it is there. */
  readonly awaySince: Since | null;
  /** How long (ms) it was away altogether since the last message, without the time since `awaySince`. */
  readonly awayMs: number;
  /** The newest switches that were not told yet, at most `MOVES_MAX`, and how many there were. */
  readonly moves: readonly Move[];
  readonly count: number;
  /** When they are to be told; Infinity if there is nothing to tell. */
  readonly dueAt: number;
  /** How many messages came one soon after the other, and when the last did. */
  readonly messages: number;
  readonly toldAt: number;
}

/** The least time (ms) from one message of this kind to the next, for the second, the third, … in a row: a line that flaps sends few. */
const GAPS_MS = [0, 60_000, 300_000, 900_000, 1_800_000] as const;

/** After so long (ms) without a message they count from the first again. */
const CALM_MS = 3_600_000;

const MOVES_MAX = 10;
const NEVER = Number.POSITIVE_INFINITY;

/** Nothing was seen yet. `told`, `awaySince`: of an earlier run. */
export const startMoves = ({ told, awaySince }: Pick<MovesState, "told" | "awaySince">): MovesState => ({
  told,
  seen: told,
  awaySince,
  awayMs: 0,
  moves: [],
  count: 0,
  dueAt: NEVER,
  messages: 0,
  toldAt: Number.NEGATIVE_INFINITY,
});

/** What there is to see, and when. */
export interface Watch {
  readonly view: View;
  readonly settleMs: number;
  readonly moment: Moment;
}

/** Takes in who carries the traffic now; a rehearsal has a message of its own. Pure; never throws. */
export const watchMoves = (state: MovesState, { view, settleMs, moment }: Watch): MovesState => {
  const { lead, primary } = view;
  const from = state.seen ?? primary;
  if (view.rehearsing) return state;
  if (lead === null || lead === from) return lead === null ? state : { ...state, seen: lead };
  const move = { from, to: lead, reason: view.reason, date: moment.dateOf(moment.wallMs) };
  return {
    ...state,
    seen: lead,
    ...(lead === primary ? returned(state, moment) : { awaySince: state.awaySince ?? { now: moment.now } }),
    moves: [...state.moves, move].slice(-MOVES_MAX),
    count: state.count + 1,
    dueAt: Math.min(state.dueAt, nextAt(state, moment.now, settleMs)),
  };
};

const returned = ({ awaySince, awayMs }: MovesState, moment: Moment): Partial<MovesState> => ({
  awaySince: null,
  awayMs: awayMs + (awaySince === null ? 0 : lastedMs(awaySince, moment)),
});

const nextAt = ({ messages, toldAt }: MovesState, now: number, settleMs: number): number => {
  const gap = GAPS_MS[Math.min(messages, GAPS_MS.length) - 1] ?? 0;
  return Math.max(now + settleMs, now - toldAt > CALM_MS ? 0 : toldAt + gap);
};

/** The message of all switches that were not told yet, without its id. Pure; never throws. */
export const tellMoves = (
  state: MovesState,
  view: View,
  moment: Moment,
): { readonly state: MovesState; readonly notice: Omit<Notice, "id" | "atMs" | "date" | "subject"> } => {
  const inARow = moment.now - state.toldAt > CALM_MS ? 0 : state.messages;
  return {
    state: {
      ...state,
      told: view.lead,
      awayMs: 0,
      moves: [],
      count: 0,
      dueAt: NEVER,
      messages: inARow + 1,
      toldAt: moment.now,
    },
    notice: {
      kind: kindOf(state, view),
      summary: summaryOf(state, view),
      details: detailsOf(view),
      active: view.lead,
      uplink: state.told ?? view.primary,
    },
  };
};

const kindOf = ({ told }: MovesState, { lead, primary, how }: View): NoticeKind => {
  if (lead === primary) return "failback";
  if (how === "ordered") return "ordered";
  return told === null || told === primary || told === lead ? "failover" : "moved";
};

const summaryOf = (state: MovesState, view: View): string => {
  const last = state.moves.at(-1);
  const others = state.count - 1;
  return [
    ...(last === undefined ? [] : [`Traffic went from ${last.from} to ${last.to} at ${last.date}: ${last.reason}.`]),
    ...(state.awayMs > 0 ? [`It was away from ${view.primary} for ${spanText(state.awayMs)}.`] : []),
    ...(others > 0 ? [`There were ${others} more switches before, not told by messages of their own:`] : []),
    ...state.moves
      .slice(0, -1)
      .map(({ from, to, date, reason }) => sentence(`${date}: from ${from} to ${to}; ${reason}`)),
  ].join("\n");
};
