import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { PATHS } from "../../api/paths.ts";
import type { ScriptsAnswer } from "../../api/routes/machine.ts";
import { type Answer, ask } from "../server/request.ts";
import { Action } from "./action.tsx";

type Call = ScriptsAnswer["calls"][number];

/** Shows how the scripts would be called. */
export const DryRun = (): JSX.Element => {
  const [calls, setCalls] = useState<readonly Call[]>([]);
  const act = async (): Promise<Answer<{ readonly message: string }>> => {
    const answer = await ask<ScriptsAnswer>({ path: PATHS.scriptsDryRun, body: {} });
    if (!answer.ok) return answer;
    setCalls(answer.value.calls);
    return { ...answer, value: { message: "Nothing was run. This is how they would be called now." } };
  };
  return (
    <Action
      title="Run the scripts dry"
      will="Shows with which arguments and variables your scripts would be called at this moment, and whether they can be. None of them is run."
      button="Show the calls"
      not={null}
      act={act}
    >
      {calls.map((call) => (
        <div class="call" key={call.script}>
          <pre>{[call.path, ...call.arguments.map((one) => `'${one}'`)].join(" ")}</pre>
          <p class={call.file === "not-executable" ? "wrong" : "aside"}>{FILES[call.file]}</p>
        </div>
      ))}
    </Action>
  );
};

const FILES: Readonly<Record<Call["file"], string>> = {
  ready: "It is there and can be run.",
  absent: "There is no such file, so nothing is run.",
  "not-executable": "The file is there, but it isn’t executable: chmod 755.",
};
