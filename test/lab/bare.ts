import { onTestFinished } from "vitest";
import { createLab, type Lab } from "../../lab/lab.ts";
import type { LabOptions } from "../../lab/plan.ts";

/** A lab without the daemon, until the test has finished. */
export const openLab = async (options: LabOptions = {}): Promise<Lab> => {
  const lab = await createLab(options);
  onTestFinished(() => lab.close());
  return lab;
};

/** The share of pings that are answered, bound to an interface of the router. */
export const answered = async (lab: Lab, from: string, address: string): Promise<number> => {
  const count = 20;
  const output = await lab.run("router", `ping -q -c ${count} -i 0.005 -W 0.3 -I ${from} ${address} 2>&1 || :`);
  return Number(/(\d+) received/.exec(output)?.[1] ?? 0) / count;
};
