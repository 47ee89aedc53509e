import { PATHS } from "../../api/paths.ts";
import type { HistoryAnswer } from "../../core/history/answer.ts";
import type { Status, UplinkStatus } from "../../core/status.ts";
import { mainFamily } from "../word/verdict.ts";
import { ask } from "./request.ts";
import { openStore, type Store } from "./store.ts";
import { meanOf, timesOf, totalsOf } from "./totals.ts";

/** How the uplinks were at a moment. `at`: s since 1970, as charts want it. */
export interface Moment {
  readonly at: number;
  readonly uplinks: ReadonlyMap<string, Figures>;
}

/** null: no answer; undefined: not known. */
export interface Figures {
  /** ms. */
  readonly rttMs?: number | null | undefined;
  /** Bits a second. */
  readonly received?: number | undefined;
  readonly sent?: number | undefined;
}

/** Ten minutes at one status a second. */
const KEPT_S = 600;

/** What the charts show, by rising time. */
export const recorded: Store<readonly Moment[]> = openStore<readonly Moment[]>([]);

const keep = (moments: readonly Moment[]): void => {
  const from = (moments.at(-1)?.at ?? 0) - KEPT_S;
  recorded.set(moments.filter(({ at }) => at >= from));
};

/** Keeps what a status says. `time`: ms since 1970. */
export const note = (time: number, status: Status): void => {
  const moments = recorded.get();
  const at = time / 1000;
  if (at <= (moments.at(-1)?.at ?? 0)) return;
  const main = mainFamily(status);
  keep([...moments, { at, uplinks: new Map(status.uplinks.map((uplink) => [uplink.name, figuresOf(uplink, main)])) }]);
};

/** The newest probe speaks for the moment, the median for the past. */
const figuresOf = ({ families, traffic }: UplinkStatus, main: "ipv4" | "ipv6"): Figures => ({
  rttMs: (families[main] ?? families.ipv6)?.recentRttMs.at(-1),
  received: traffic?.rate?.received,
  sent: traffic?.rate?.sent,
});

/** Fills what was not seen, the time before the page was opened above all, out of the router's memory. */
export const recall = async (): Promise<void> => {
  const answer = await ask<HistoryAnswer>({ path: `${PATHS.history}?since=${KEPT_S}s&resolution=second` });
  if (!answer.ok) return;
  const seen = recorded.get();
  const isSeen = (at: number): boolean => seen.some((moment) => Math.abs(moment.at - at) < 1.5);
  const fresh = momentsOf(answer.value).filter(({ at }) => !isSeen(at));
  keep([...seen, ...fresh].sort((one, other) => one.at - other.at));
};

const momentsOf = (answer: HistoryAnswer): readonly Moment[] => [...probesOf(answer), ...ratesOf(answer)];

const probesOf = ({ series }: HistoryAnswer): readonly Moment[] => {
  const names = [...new Set(series.map(({ uplink }) => uplink))];
  const totals = names.map((name) => [name, totalsOf(series.filter(({ uplink }) => uplink === name))] as const);
  return timesOf(series).map((at) => ({
    at: at / 1000,
    uplinks: new Map(totals.map(([name, ofUplink]) => [name, { rttMs: meanOf(ofUplink.get(at)) }])),
  }));
};

const ratesOf = ({ rates }: HistoryAnswer): readonly Moment[] =>
  rates.flatMap(({ uplink, points }) =>
    points.map(([at, received, sent]) => ({ at: at / 1000, uplinks: new Map([[uplink, { received, sent }]]) })),
  );
