import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { Prose } from "../part/prose.tsx";
import type { Issue } from "./draft.ts";

interface Props {
  readonly text: string;
  readonly issues: readonly Issue[];
  readonly change: (text: string) => void;
}

/** The config as it is written, with each mistake at its line. */
export const YamlEditor = ({ text, issues, change }: Props): JSX.Element => {
  const area = useRef<HTMLTextAreaElement>(null);
  const lines = text.split("\n");
  const wrong = new Set(issues.map(({ line }) => line));
  return (
    <div class="yaml">
      <div class="editor">
        <ol aria-hidden="true">
          {lines.map((_, index) => (
            <li key={`${index + 1}`} class={wrong.has(index + 1) ? "bad" : ""} />
          ))}
        </ol>
        <textarea
          ref={area}
          aria-label="The config in YAML"
          aria-describedby="yaml-issues"
          rows={lines.length + 1}
          wrap="off"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          value={text}
          onInput={({ currentTarget }) => change(currentTarget.value)}
        />
      </div>
      <ul id="yaml-issues" class="issues">
        {issues.map((issue) => (
          <li key={`${issue.line} ${issue.path} ${issue.message}`}>
            <button type="button" class="link" onClick={() => show(area.current, issue)}>
              Line {issue.line}
            </button>
            <span>
              {issue.path !== "" && <code>{issue.path}</code>} <Prose text={`${issue.message}; ${issue.remedy}.`} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
};

/** Puts the cursor where the mistake is. */
const show = (area: HTMLTextAreaElement | null, { line, column }: Issue): void => {
  if (area === null) return;
  const before = area.value.split("\n").slice(0, line - 1);
  const at = before.reduce((length, one) => length + one.length + 1, 0) + column - 1;
  area.focus();
  area.setSelectionRange(at, at);
};
