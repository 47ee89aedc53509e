import type { JSX } from "preact";
import { difference, type Line } from "./difference.ts";

/** So many unchanged lines are shown around what changes. */
const AROUND = 1;

const SIGNS: Readonly<Record<Line["kind"], string>> = { same: " ", added: "+", removed: "−" };
const WORDS: Readonly<Record<Line["kind"], string>> = { same: "", added: "added: ", removed: "removed: " };

/** What will be different. */
export const DifferenceView = ({ before, after }: { readonly before: string; readonly after: string }): JSX.Element => {
  const lines = difference(before, after);
  const shown = lines.flatMap((line, index) => (isNear(lines, index) ? [{ line, index }] : []));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a long one scrolls, which the keyboard must be able to.
    <section class="difference" aria-label="The difference" tabIndex={0}>
      {shown.map(({ line, index }, place) => (
        <div
          key={`${index}`}
          class={`line ${line.kind}${place > 0 && shown[place - 1]?.index !== index - 1 ? " after-gap" : ""}`}
        >
          <span class="number">{line.number}</span>
          <span aria-hidden="true">{SIGNS[line.kind]}</span>
          <code>
            <span class="unseen">{WORDS[line.kind]}</span>
            {line.text}
          </code>
        </div>
      ))}
    </section>
  );
};

const isNear = (lines: readonly Line[], index: number): boolean =>
  lines.slice(Math.max(0, index - AROUND), index + AROUND + 1).some(({ kind }) => kind !== "same");
