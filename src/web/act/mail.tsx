import type { JSX } from "preact";
import type { NotifyTestAnswer } from "../../api/contract.ts";
import { PATHS } from "../../api/paths.ts";
import { type Answer, ask } from "../server/request.ts";
import { sentence } from "../word/format.ts";
import { Action } from "./action.tsx";

/** Sends a message to everybody who would be told of a switch. */
export const Mail = (): JSX.Element => (
  <Action
    title="Send a test message"
    will="A message that says that it is a test goes to everybody who would be told of a switch, over the uplink that carries traffic now. Nothing else happens."
    button="Send it"
    not={null}
    act={act}
  />
);

const act = async (): Promise<Answer<{ readonly message: string }>> => {
  const answer = await ask<NotifyTestAnswer>({ path: PATHS.notifyTest, body: {} });
  if (!answer.ok) return answer;
  const { results } = answer.value;
  const failed = results.filter(({ problem }) => problem !== null);
  if (results.length === 0) return refused("Nobody would be told: the config names nobody under `notify`.");
  if (failed.length > 0)
    return refused(failed.map(({ channel, problem }) => sentence(`${channel}: ${problem}`, [channel])).join(" "));
  return { ...answer, value: { message: `It is through: ${results.map(({ channel }) => channel).join(", ")}.` } };
};

const refused = (detail: string): Answer<never> => ({ ok: false, why: { status: 200, detail, more: {} } });
