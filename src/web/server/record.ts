import type { Status, UplinkStatus } from "../../core/status.ts";
import { mainFamily } from "../word/verdict.ts";
import { openStore, type Store } from "./store.ts";

/** What each status said, since the page was opened. Columns of equal length; times are s since 1970, as charts want them. */
export interface Recorded {
  readonly times: readonly number[];
  /** By uplink; ms, null: no answer. */
  readonly rttMs: ReadonlyMap<string, readonly (number | null)[]>;
}

/** Half an hour at one status a second. */
const KEPT = 1800;

export const recorded: Store<Recorded> = openStore<Recorded>({ times: [], rttMs: new Map() });

/** Keeps what a status says. `at`: ms since 1970. */
export const note = (at: number, status: Status): void => {
  const { times, rttMs } = recorded.get();
  const time = at / 1000;
  if (time <= (times.at(-1) ?? 0)) return;
  const main = mainFamily(status);
  const columns = status.uplinks.map((uplink) => {
    const before = rttMs.get(uplink.name) ?? times.map(() => null);
    return [uplink.name, [...before, newestRtt(uplink, main)].slice(-KEPT)] as const;
  });
  recorded.set({ times: [...times, time].slice(-KEPT), rttMs: new Map(columns) });
};

/** The newest probe speaks for the moment, the median for the past. */
const newestRtt = ({ families }: UplinkStatus, main: "ipv4" | "ipv6"): number | null =>
  (families[main] ?? families.ipv6)?.recentRttMs.at(-1) ?? null;
