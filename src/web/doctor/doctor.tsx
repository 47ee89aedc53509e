import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { PATHS } from "../../api/paths.ts";
import type { DoctorAnswer } from "../../api/routes/machine.ts";
import { Icon, type IconName } from "../part/icon.tsx";
import { type Answer, ask } from "../server/request.ts";
import { sentence } from "../word/format.ts";
import type { Tone } from "../word/verdict.ts";
import { Remedy } from "./remedy.tsx";

/** What is wrong on this machine, and what to do about it. */
export const Doctor = (): JSX.Element => {
  const [answer, setAnswer] = useState<Answer<DoctorAnswer> | null>(null);
  const examine = (): void => {
    setAnswer(null);
    void ask<DoctorAnswer>({ path: PATHS.doctor }).then(setAnswer);
  };
  useEffect(examine, []);
  return (
    <>
      <div class="intro">
        <h1>Doctor</h1>
        <p role="status">
          {answer === null ? "The router is being examined" : answer.ok ? summary(answer.value) : answer.why.detail}
        </p>
        <p>
          <button type="button" class="plain" disabled={answer === null} onClick={examine}>
            {answer === null ? "One moment" : "Examine again"}
          </button>
        </p>
      </div>
      {answer?.ok && <Findings answer={answer.value} />}
    </>
  );
};

type Finding = DoctorAnswer["findings"][number];
type Level = Finding["level"];

const LEVELS: Readonly<Record<Level, { readonly tone: Tone; readonly icon: IconName; readonly word: string }>> = {
  error: { tone: "bad", icon: "cross", word: "It can’t work so" },
  warning: { tone: "warn", icon: "warning", word: "It works, but not in every case" },
  note: { tone: "hold", icon: "note", word: "Good to know" },
};

const summary = ({ findings, passed }: DoctorAnswer): string => {
  const count = (level: Level): number => findings.filter((one) => one.level === level).length;
  const [errors, warnings] = [count("error"), count("warning")];
  if (errors + warnings === 0) return `Nothing is wrong: ${passed.length} checks passed.`;
  const words = [errors === 1 ? "1 fault" : `${errors} faults`, warnings === 1 ? "1 warning" : `${warnings} warnings`];
  return `${words.filter((word) => !word.startsWith("0")).join(" and ")}; ${passed.length} checks passed.`;
};

const Findings = ({ answer: { findings, passed } }: { readonly answer: DoctorAnswer }): JSX.Element => (
  <>
    <ul class="findings">
      {findings.map((finding) => (
        <FindingCard key={`${finding.code} ${finding.title}`} finding={finding} />
      ))}
    </ul>
    <details class="card inner">
      <summary>
        What is well <span class="aside">{passed.length} checks</span>
      </summary>
      <ul class="passed">
        {passed.map(({ topic, title }) => (
          <li key={`${topic} ${title}`}>
            <Icon name="check" />
            {title} <span class="aside">{topic}</span>
          </li>
        ))}
      </ul>
    </details>
  </>
);

const FindingCard = ({ finding: { level, title, detail, remedy } }: { readonly finding: Finding }): JSX.Element => {
  const { tone, icon, word } = LEVELS[level];
  return (
    <li class={`card finding is-${tone}`}>
      <p class="level">
        <Icon name={icon} />
        {word}
      </p>
      <h2>{title}</h2>
      <p>{sentence(detail)}</p>
      <Remedy text={remedy} />
    </li>
  );
};
