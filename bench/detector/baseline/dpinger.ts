import type { Contender } from "../contender.ts";
import { type Sent, startPaced } from "./paced.ts";

interface DpingerSettings {
  readonly name: string;
  readonly intervalMs: number;
  /** An answer that takes longer is a loss. */
  readonly lossIntervalMs: number;
}

/** Of both: averages over 60 s, looked at each second; above either limit the gateway is down. */
const PERIOD_MS = 60_000;
const ALERT_INTERVAL_MS = 1_000;
const LOSS_PERCENT_MAX = 20;
const LATENCY_MS_MAX = 500;

const dpinger = ({ name, intervalMs, lossIntervalMs }: DpingerSettings): Contender => ({
  name,
  octetsPerProbe: 58, // one octet of data
  hearsTraffic: false,
  start: () =>
    startPaced({
      intervalMs: () => intervalMs,
      judgeEachMs: ALERT_INTERVAL_MS,
      keepMs: PERIOD_MS + lossIntervalMs,
      judge: (log, now) => isBad(log, now - lossIntervalMs),
    }),
});

/** Those that may still be answered don't count; a late answer makes its loss undone. */
const isBad = (log: readonly Sent[], lostBefore: number): boolean => {
  let [received, lost, sumMs] = [0, 0, 0];
  for (const { at, rttMs } of log) {
    if (rttMs !== null) {
      received += 1;
      sumMs += rttMs;
    } else if (at < lostBefore) lost += 1;
  }
  const lossPercent = Math.floor((100 * lost) / Math.max(1, received + lost));
  return lossPercent > LOSS_PERCENT_MAX || sumMs / Math.max(1, received) > LATENCY_MS_MAX;
};

/** dpinger with the defaults that pfSense gives it. */
export const PFSENSE: Contender = dpinger({ name: "pfSense", intervalMs: 500, lossIntervalMs: 2_000 });

/** dpinger with the defaults that OPNsense gives it. */
export const OPNSENSE: Contender = dpinger({ name: "OPNsense", intervalMs: 1_000, lossIntervalMs: 4_000 });
