import { type Answer, ask } from "../server/request.ts";
import type { HistoryAnswer } from "./answer.ts";
import { RANGES, type Range } from "./span.ts";

const PATH = "/api/v1/history";

/** What was, from so long ago until now. */
export const readHistory = async (range: Range): Promise<Answer<HistoryAnswer>> => {
  const answer = await ask<HistoryAnswer>({ path: `${PATH}?since=${RANGES[range].since}` });
  if (answer.ok || answer.why.status !== 404) return answer;
  return { ok: false, why: { ...answer.why, detail: "This daemon keeps no history." } };
};
