import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { Prose } from "../part/prose.tsx";
import type { Answer } from "../server/request.ts";
import { mayAct, session } from "../server/session.ts";
import { useStore } from "../server/store.ts";

/** What was said after it was done. */
interface Outcome {
  readonly done: boolean;
  readonly message: string;
}

interface Props {
  readonly title: string;
  /** What will happen, before it happens. */
  readonly will: string;
  readonly button: string;
  /** Why it can't be done at this moment; null: it can. */
  readonly not: string | null;
  readonly act: () => Promise<Answer<{ readonly message: string }>>;
  /** What can be chosen. */
  readonly children?: ComponentChildren;
}

/** Something that can be done: what it does, what can be chosen, and what came of it. */
export const Action = ({ title, will, button, not, act, children }: Props): JSX.Element => {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [busy, setBusy] = useState(false);
  const may = mayAct(useStore(session));
  const begin = async (): Promise<void> => {
    setBusy(true);
    setOutcome(null);
    const answer = await act();
    setOutcome(answer.ok ? { done: true, message: answer.value.message } : { done: false, message: answer.why.detail });
    setBusy(false);
  };
  return (
    <section class="card action">
      <h2>{title}</h2>
      {children}
      <p class="will">{not ?? will}</p>
      <button type="button" disabled={not !== null || busy || !may} onClick={() => void begin()}>
        {busy ? "One moment" : button}
      </button>
      <p role="status" class={outcome === null ? "outcome" : `outcome is-${outcome.done ? "good" : "bad"}`}>
        <Prose text={outcome?.message ?? ""} />
      </p>
    </section>
  );
};
