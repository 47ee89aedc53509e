import type { OrderAnswer } from "../api/contract.ts";
import { EXIT } from "./error-text.ts";
import type { Output } from "./output.ts";

/** What became of an order that was given. */
export interface OrderReport {
  readonly answer: Promise<OrderAnswer>;
  readonly json: boolean;
  readonly output: Output;
}

/** Waits for the daemon's answer and tells it. Returns the exit code. Throws AppError where the order is refused. */
export const tellOrder = async ({ answer, json, output }: OrderReport): Promise<number> => {
  const taken = await answer;
  output.write(json ? JSON.stringify(taken) : taken.message);
  return EXIT.done;
};
