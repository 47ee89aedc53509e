import type { NotifyState } from "./step.ts";
import { spanText } from "./words.ts";

/** What status says of messages that aren't through, a sentence each. Never throws. */
export const notifyProblems = ({ boxes }: NotifyState, now: number): readonly string[] =>
  Object.entries(boxes).flatMap(([channel, { pending, problem, failingSince }]) =>
    problem === null || failingSince === null
      ? []
      : [
          `${pending.length} ${pending.length === 1 ? "message waits" : "messages wait"} to be told by ${channel}, which has failed for ${spanText(now - failingSince)}: ${problem}`,
        ],
  );
