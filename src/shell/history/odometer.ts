import type { LinkCounters } from "../../codec/link-counters.ts";
import { type Counting, count } from "../../core/history/usage.ts";
import type { State } from "../../core/state.ts";

/** Counts what each uplink carries in a calendar month. */
export interface Odometer {
  /** Reads the counters. Never throws. */
  read(uplinks: State["uplinks"]): void;
  /** What was counted, earlier runs included; nothing as long as these are unknown. Never throws. */
  counted(): Counting;
}

export interface OdometerOptions {
  readonly counters: () => readonly LinkCounters[];
  /** Names the machine's boot. */
  readonly boot: string;
  /** What earlier runs counted. Rejects while it can't be read. */
  readonly earlier: () => Promise<Counting>;
  /** The day on which the present month began, `2026-10-01`. */
  readonly period: () => string;
  readonly complain: (error: unknown) => void;
}

const NOTHING: Counting = { usage: [], meters: [] };

/** An odometer that goes on where the last run's ended. Never throws. */
export const openOdometer = ({ counters, boot, earlier, period, complain }: OdometerOptions): Odometer => {
  let counting: Counting | null = null;
  const recall = (): void => {
    earlier().then(
      (counted) => {
        counting ??= counted;
      },
      () => {},
    );
  };
  recall();
  const add = (uplinks: State["uplinks"]): void => {
    const links = counters();
    for (const { settings, device } of uplinks) {
      const link = device?.shared === false ? links.find(({ name }) => name === device.name) : undefined;
      if (link === undefined || counting === null) continue;
      const { index, received, sent } = link;
      counting = count(counting, { uplink: settings.name, boot, link: index, received, sent }, period());
    }
  };
  return {
    read: (uplinks) => {
      try {
        if (counting === null) recall();
        else add(uplinks);
      } catch (error) {
        complain(error);
      }
    },
    counted: () => counting ?? NOTHING,
  };
};
