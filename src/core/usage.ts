import type { UsageCounted } from "./event.ts";
import type { Report } from "./report.ts";
import type { UplinkSettings } from "./settings.ts";
import { size } from "./size.ts";
import type { State } from "./state.ts";

/** What uplinks with a cap have carried in the present calendar month. */
export interface UsageState {
  /** `2026-10`; null as long as nothing was counted. */
  readonly month: string | null;
  /** Octets in both directions, by the uplink's name. */
  readonly bytes: Readonly<Record<string, number>>;
  /** The step of its cap that each uplink has reached, and people were told of. */
  readonly told: Readonly<Record<string, CapStep>>;
}

/** What one uplink has used of its cap. */
export interface Usage {
  /** `2026-10` */
  readonly month: string;
  /** Octets in both directions. */
  readonly bytes: number;
  /** Octets. */
  readonly cap: number;
  /** Of the cap, from 0; above 1 where more was used. */
  readonly share: number;
}

/** At these shares of a cap (percent) people are told. */
const STEPS = [100, 80] as const;

/** The highest step that a share has reached; 0: none. */
export type CapStep = (typeof STEPS)[number] | 0;

/** Nothing was counted yet. `told`: of an earlier run. */
export const startUsage = (told: UsageState["told"]): UsageState => ({ month: null, bytes: {}, told });

/** Takes in what was counted. Pure; never throws. */
export const noteUsage = (state: State, { month, uplinks }: UsageCounted): State => ({
  ...state,
  usage: { ...state.usage, month, bytes: Object.fromEntries(uplinks.map(({ uplink, bytes }) => [uplink, bytes])) },
});

/** What an uplink has used of its cap this month; null where it has none, or nothing was counted. Pure; never throws. */
export const usageOf = (
  { month, bytes }: UsageState,
  { name, cap }: Pick<UplinkSettings, "name" | "cap">,
): Usage | null => {
  const used = bytes[name];
  return month === null || cap === null || used === undefined ? null : { month, bytes: used, cap, share: used / cap };
};

/** The step that a share has reached. Never throws. */
export const stepOf = (share: number): CapStep => STEPS.find((step) => share * 100 >= step) ?? 0;

/** Tells of each cap whose next step was reached. A new month, or a larger cap, begins anew. Pure; never throws. */
export const tellCaps = (state: State): { readonly state: State; readonly reports: readonly Report[] } => {
  const { told } = state.usage;
  const moved = state.uplinks.flatMap(({ settings }) => {
    const usage = usageOf(state.usage, settings);
    const step = stepOf(usage?.share ?? 0);
    return usage === null || step === (told[settings.name] ?? 0) ? [] : [{ uplink: settings.name, step, usage }];
  });
  if (moved.length === 0) return { state, reports: [] };
  const steps = Object.fromEntries(moved.map(({ uplink, step }) => [uplink, step]));
  return {
    state: { ...state, usage: { ...state.usage, told: { ...told, ...steps } } },
    reports: moved
      .filter(({ uplink, step }) => step > (told[uplink] ?? 0))
      .map(({ uplink, step, usage }) => ({ kind: "cap-reached", uplink, step, usage })),
  };
};

/** What status says of caps that were used up, a sentence each. Never throws. */
export const capProblems = ({ usage, uplinks }: State): readonly string[] =>
  uplinks.flatMap(({ settings }) => {
    const used = usageOf(usage, settings);
    return used === null || used.share < 1 ? [] : [`${settings.name} has used ${usageText(used)}.`];
  });

/** "8.1 GB of its 10.0 GB in 2026-10 (81 %)". Never throws. */
export const usageText = ({ bytes, cap, month, share }: Usage): string =>
  `${size(bytes)} of its ${size(cap)} in ${month} (${Math.floor(share * 100)} %)`;
