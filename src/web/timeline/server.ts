import { PATHS } from "../../api/paths.ts";
import type { HistoryAnswer } from "../../core/history/answer.ts";
import { type Answer, ask } from "../server/request.ts";
import { RANGES, type Range } from "./span.ts";

/** What was, from so long ago until now. */
export const readHistory = async (range: Range): Promise<Answer<HistoryAnswer>> => {
  const answer = await ask<HistoryAnswer>({ path: `${PATHS.history}?since=${RANGES[range].since}` });
  if (answer.ok || answer.why.status !== 404) return answer;
  return { ok: false, why: { ...answer.why, detail: "This daemon keeps no history." } };
};
