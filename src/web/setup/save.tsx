import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useNow } from "../part/clock.ts";
import { live } from "../server/live.ts";
import { useStore } from "../server/store.ts";
import { countdown } from "../word/format.ts";
import { DifferenceView } from "./difference-view.tsx";
import { confirmConfig, revertConfig, saveConfig } from "./server.ts";
import type { Writing } from "./use-config.ts";

/** What was said of the last save. */
interface Told {
  readonly text: string;
  readonly isWrong: boolean;
}

/** What changes, and the way to put it into effect. */
export const Save = ({ writing }: { readonly writing: Writing }): JSX.Element => {
  const [told, setTold] = useState<Told | null>(null);
  const [isBusy, setBusy] = useState(false);
  const end = async (text: string): Promise<void> => {
    setTold({ text, isWrong: false });
    await writing.reload();
  };
  const save = async (): Promise<void> => {
    setBusy(true);
    setTold(null);
    const answer = await saveConfig(writing);
    if (answer.ok) await writing.reload();
    else setTold({ text: answer.why.status === 0 ? CUT_OFF : answer.why.detail, isWrong: true });
    setBusy(false);
  };
  useReturn(() => {
    if (told?.text === CUT_OFF) void end(UNDONE);
  });
  const isChanged = writing.text !== writing.saved;
  if (writing.trialUntil !== null) return <Trial until={writing.trialUntil} end={(text) => void end(text)} />;
  return (
    <section class="save" aria-label="Save">
      {told !== null && (told.isWrong || !isChanged) && (
        <p role="status" class={told.isWrong ? "outcome is-bad" : "outcome is-good"}>
          {told.text}
        </p>
      )}
      {isChanged && <Changes writing={writing} isBusy={isBusy} save={() => void save()} />}
    </section>
  );
};

/** Does something when the router is heard again after a silence. */
const useReturn = (act: () => void): void => {
  const { stream } = useStore(live);
  const wasLost = useRef(false);
  useEffect(() => {
    if (stream.kind === "open" && wasLost.current) act();
    wasLost.current = stream.kind === "lost";
  }, [stream.kind]);
};

const CUT_OFF =
  "The router doesn't answer. If the change has cut you off, it undoes itself within a minute: wait, then open this page anew.";

interface ChangesProps {
  readonly writing: Writing;
  readonly isBusy: boolean;
  readonly save: () => void;
}

const Changes = ({ writing, isBusy, save }: ChangesProps): JSX.Element => {
  const { saved, text, check, change } = writing;
  // This comes up over what was just changed, and the ruling on it below that.
  useEffect(() => document.activeElement?.closest(".field")?.scrollIntoView({ block: "nearest" }), [check.kind]);
  return (
    <div class="card changes">
      <h2>What changes</h2>
      <DifferenceView before={saved} after={text} />
      <p role="status" class={check.kind === "bad" ? "wrong" : "aside"}>
        {WORDS[check.kind]}
        {check.kind === "bad" && ` ${check.detail}`}
      </p>
      <p class="buttons">
        <button type="button" disabled={check.kind !== "good" || isBusy} onClick={save}>
          {isBusy ? "One moment" : "Save and try"}
        </button>
        <button type="button" class="plain" onClick={() => change(saved)}>
          Drop it
        </button>
      </p>
    </div>
  );
};

const WORDS = {
  checking: "The daemon looks at it.",
  good: "It would work. Saved, it holds for a minute, and for good once you confirm it.",
  bad: "The daemon refuses it:",
} as const;

interface TrialProps {
  readonly until: number;
  readonly end: (told: string) => void;
}

/** The daemon undoes it by itself; a little later we look. */
const LOOK_MS = 700;

const Trial = ({ until, end }: TrialProps): JSX.Element => {
  const [problem, setProblem] = useState<string | null>(null);
  const place = useRef<HTMLElement>(null);
  const leftMs = Math.max(0, until - useNow());
  useEffect(() => place.current?.focus(), []);
  useEffect(() => {
    const timer = setTimeout(() => end(UNDONE), until - performance.now() + LOOK_MS);
    return () => clearTimeout(timer);
  }, [until]);
  const decide = async (act: typeof confirmConfig, told: string): Promise<void> => {
    const answer = await act();
    if (answer.ok) end(told);
    else setProblem(answer.why.detail);
  };
  return (
    <section class="trial is-hold" role="alertdialog" aria-label="Keep the new config?" ref={place} tabIndex={-1}>
      <p>
        <strong>The new config is in effect.</strong> Keep it? Otherwise it is undone in {countdown(leftMs)}, even if
        this page can’t reach the router any more.
      </p>
      {problem !== null && <p class="wrong">{problem}</p>}
      <p class="buttons">
        <button type="button" onClick={() => void decide(confirmConfig, "The new config is kept.")}>
          Keep it
        </button>
        <button
          type="button"
          class="plain"
          onClick={() => void decide(revertConfig, "The change is undone. All is as before.")}
        >
          Undo it now
        </button>
      </p>
    </section>
  );
};

const UNDONE = "Nobody confirmed the change, so it was undone. All is as before.";
