import { PATHS } from "../../api/paths.ts";
import type { HistoryAnswer } from "../../core/history/answer.ts";
import { type Answer, ask } from "../server/request.ts";
import { RANGES, type Range } from "./span.ts";

/** What was, from so long ago until now. */
export const readHistory = (range: Range): Promise<Answer<HistoryAnswer>> =>
  ask<HistoryAnswer>({ path: `${PATHS.history}?since=${RANGES[range].since}` });
