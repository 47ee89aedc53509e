import type { Batch } from "../../core/history/batch.ts";
import type { Odometer } from "./odometer.ts";
import type { Recorder } from "./recorder.ts";
import type { WriterOptions } from "./writer.ts";

export interface DraftsOptions {
  readonly recorder: Recorder;
  readonly odometer: { readonly read: () => void; readonly counted: Odometer["counted"] };
  /** Milliseconds since boot. */
  readonly monotonicMs: () => number;
  /** Milliseconds since 1970, as somebody has set them. */
  readonly wallMs: () => number;
}

/** A clock that was set by less (ms) than this was only corrected. */
const CLOCK_SET_MS = 2000;

/** A clock that was set by more (ms) than this was wrong, or is now. */
const CLOCK_WRONG_MS = 86_400_000;

/** For so long (ms) a clock must have gone on before anything is deleted by it; a router that is booted each night gets there. */
const TRUSTED_AFTER_MS = 12 * 3_600_000;

/** Batches with the times of the wall clock, which somebody may set. */
export const openDrafts = ({ recorder, odometer, monotonicMs, wallMs }: DraftsOptions): WriterOptions["draft"] => {
  const beganAt = monotonicMs();
  let offset = wallMs() - beganAt;
  let wrongUntil = beganAt;
  return () => {
    odometer.read();
    const at = monotonicMs();
    const [now, before] = [wallMs(), offset];
    const moved = Math.round(now - at - before);
    const clockSetBy = Math.abs(moved) < CLOCK_SET_MS ? 0 : moved;
    const current = clockSetBy === 0 ? before : now - at;
    if (Math.abs(clockSetBy) > CLOCK_WRONG_MS) wrongUntil = at;
    const { batch, written } = recorder.draft(at, current);
    return {
      batch: {
        ...batch,
        began: Math.round(beganAt + current),
        now,
        clockSetBy,
        isClockTrusted: at - wrongUntil >= TRUSTED_AFTER_MS,
        ...odometer.counted(),
      } satisfies Batch,
      written: () => {
        offset = current;
        written();
      },
    };
  };
};
