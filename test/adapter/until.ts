import { setTimeout as sleep } from "node:timers/promises";

/** Waits until something holds. Throws when it takes longer than five seconds. */
export const until = async (holds: () => boolean): Promise<void> => {
  const giveUpAt = performance.now() + 5_000;
  while (!holds()) {
    if (performance.now() > giveUpAt) throw new Error(`not within five seconds: ${holds}`);
    await sleep(2);
  }
};
