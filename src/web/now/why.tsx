import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ExplainAnswer } from "../../api/history-contract.ts";
import { PATHS } from "../../api/paths.ts";
import { Loading } from "../part/loading.tsx";
import { type Answer, ask } from "../server/request.ts";
import { momentText, sentence } from "../word/format.ts";

/** Why traffic goes where it goes, and what led to it: asked for when it is unfolded. */
export const Why = (): JSX.Element => {
  const [answer, setAnswer] = useState<Answer<ExplainAnswer> | null>(null);
  const unfold = async (event: Event): Promise<void> => {
    if ((event.currentTarget as HTMLDetailsElement).open) setAnswer(await ask<ExplainAnswer>({ path: PATHS.explain }));
  };
  return (
    <details class="why" onToggle={(event) => void unfold(event)}>
      <summary>Why?</summary>
      {answer === null && <Loading />}
      {answer?.ok === false && <p class="problem">{answer.why.detail}</p>}
      {answer?.ok && <Explanation {...answer.value} />}
    </details>
  );
};

const Explanation = ({ explanation, causes, problem }: ExplainAnswer): JSX.Element => (
  <div class="card">
    {explanation.map((paragraph) => (
      <p key={paragraph}>{paragraph}</p>
    ))}
    {causes.length > 0 && <h2>What led to it</h2>}
    <ol>
      {causes
        .flatMap(({ events }) => events)
        .filter(({ importance }) => importance !== "debug")
        .sort((one, other) => one.at - other.at)
        .map(({ at, text }) => (
          <li key={`${at} ${text}`}>
            <time dateTime={new Date(at).toISOString()}>{momentText(at)}</time>
            <span>{text}</span>
          </li>
        ))}
    </ol>
    {problem === null ? (
      <p>
        <a href="#/timeline">The timeline</a> has the evidence.
      </p>
    ) : (
      <p>What led to it isn’t known: {sentence(problem)}</p>
    )}
  </div>
);
