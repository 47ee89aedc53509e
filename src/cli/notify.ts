import type { NotifyTestAnswer } from "../api/contract.ts";
import { EXIT } from "./error-text.ts";
import type { Output } from "./output.ts";

/** What became of a test message that was asked for. */
export interface NotifyReport {
  readonly answer: Promise<NotifyTestAnswer>;
  readonly json: boolean;
  readonly output: Output;
}

/** Waits for what became of a test message and tells it. Returns the exit code. Throws AppError where nobody is told of anything. */
export const tellNotifyTest = async ({ answer, json, output }: NotifyReport): Promise<number> => {
  const { results } = await answer;
  if (json) output.write(JSON.stringify({ results }));
  else for (const { channel, problem } of results) output.write(`${channel}: ${problem ?? "told"}`);
  return results.every(({ problem }) => problem === null) ? EXIT.done : EXIT.failed;
};
