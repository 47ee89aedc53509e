import type { SessionAnswer } from "../../api/access/contract.ts";
import { PATHS } from "../../api/paths.ts";
import { follow, lock } from "./live.ts";
import { type Answer, ask } from "./request.ts";
import { openStore, type Store } from "./store.ts";

/** Who we are to the daemon; null: it hasn't said yet. */
export const session: Store<SessionAnswer | null> = openStore<SessionAnswer | null>(null);

/** Asks who we are, and follows what happens if we may. */
export const begin = async (): Promise<void> => {
  const answer = await ask<SessionAnswer>({ path: PATHS.session });
  if (answer.ok) session.set(answer.value);
  if (answer.ok && answer.value.scope === "none") lock();
  else follow();
};

export const login = async (password: string): Promise<Answer<object>> => {
  const answer = await ask<object>({ path: PATHS.session, body: { password } });
  if (answer.ok) await begin();
  return answer;
};

export const logout = async (): Promise<void> => {
  await ask({ path: PATHS.session, method: "DELETE" });
  await begin();
};

/** Whether things may be changed. */
export const mayAct = (who: SessionAnswer | null): boolean => who?.scope === "control" || who?.scope === "owner";
