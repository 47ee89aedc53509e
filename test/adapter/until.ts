import { setTimeout as sleep } from "node:timers/promises";

/** Waits until something holds. Throws when it takes longer than that, five seconds when not said. */
export const until = async (holds: () => boolean | Promise<boolean>, withinMs = 5_000): Promise<void> => {
  const giveUpAt = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > giveUpAt) throw new Error(`not within ${withinMs} ms: ${holds}`);
    await sleep(2);
  }
};
