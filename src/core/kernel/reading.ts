import type { Command } from "../command.ts";
import { surveyAt } from "../path/survey.ts";
import type { State } from "../state.ts";
import { sysctlNames } from "./sysctl.ts";

/** The kernel's state is read anew after so long at the latest (ms), should a hint have been missed. */
const READ_EVERY_MS = 60_000;

/** A reading that has not come after so long (ms) has failed; a path whose time is over is looked at again. */
const ASK_AGAIN_MS = 1000;

/** Orders a reading of the kernel, with what concerns these uplinks. Pure; never throws. */
export const askKernel = (state: State, now: number): { state: State; command: Command } => ({
  state: { ...state, upkeep: { ...state.upkeep, askedAt: now, reading: true, readAt: now + READ_EVERY_MS } },
  command: { kind: "read-kernel", sysctlNames: sysctlNames(state.uplinks) },
});

/** Whether a reading is to come that will show all changes that we know of: a burst of hints needs no more than one. Never throws. */
export const isReading = ({ upkeep }: State, now: number): boolean =>
  upkeep.reading && now < upkeep.askedAt + ASK_AGAIN_MS;

/** When the kernel is to be read without a hint: once a minute, when a path may change by time alone, and where a reading failed. Never throws. */
export const readingAt = (state: State): number => {
  const { readAt, askedAt, reading } = state.upkeep;
  if (reading) return askedAt + ASK_AGAIN_MS;
  const pathAt = surveyAt(state);
  return Math.min(readAt, pathAt > askedAt ? pathAt : askedAt + ASK_AGAIN_MS);
};
