import { type CapStep, stepOf, usageText } from "../usage.ts";
import type { UplinkView, View } from "./view.ts";

/** The step of its cap of which people know, by uplink. */
export type ToldCaps = Readonly<Record<string, ToldCap>>;

/** A step, and the month in which it was reached: `2026-10`. */
interface ToldCap {
  readonly month: string;
  readonly step: CapStep;
}

/** An uplink whose cap is nearly, or wholly, used up. */
export interface CapNews {
  readonly kind: "cap-near" | "cap-used";
  readonly uplink: string;
  /** In a sentence. */
  readonly text: string;
}

/** Finds caps of which a step was reached that nobody was told of this month. Pure; never throws. */
export const watchCaps = (
  before: ToldCaps,
  { uplinks }: View,
): { readonly told: ToldCaps; readonly news: readonly CapNews[] } => {
  const looks = uplinks.flatMap((uplink) => look(uplink, before[uplink.name]) ?? []);
  if (looks.length === 0) return { told: before, news: [] };
  return {
    told: { ...before, ...Object.fromEntries(looks.map(({ name, told }) => [name, told])) },
    news: looks.flatMap(({ news }) => news ?? []),
  };
};

interface Look {
  readonly name: string;
  readonly told: ToldCap;
  readonly news: CapNews | null;
}

/** null: nothing has changed. A month that begins is told of when its first step is reached. */
const look = ({ name, usage }: UplinkView, before: ToldCap | undefined): Look | null => {
  if (usage === null) return null;
  const { month } = usage;
  const step = stepOf(usage.share);
  const known = before?.month === month ? before.step : 0;
  if (step === known) return null;
  const kind = step < 100 ? "cap-near" : "cap-used";
  const text = `${name} has used ${usageText(usage)}.`;
  return { name, told: { month, step }, news: step > known ? { kind, uplink: name, text } : null };
};
