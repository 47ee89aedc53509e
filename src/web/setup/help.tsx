import type { JSX } from "preact";

interface Props {
  readonly id: string;
  readonly text: string;
  readonly limits: string;
}

/** What the schema says of an option. */
export const Help = ({ id, text, limits }: Props): JSX.Element | null =>
  text === "" && limits === "" ? null : (
    <p class="help" id={id}>
      <Prose text={text} />
      {limits !== "" && <span class="limits"> {limits}</span>}
    </p>
  );

/** Words in backquotes are code; of links to our documents, their names stay. */
export const Prose = ({ text }: { readonly text: string }): JSX.Element => (
  <>
    {text
      .replaceAll(/\[([^\]]+)\]\([^)]+\)/g, "$1")
      .split("`")
      .map((part, index) => (index % 2 === 1 ? <code key={part}>{part}</code> : part))}
  </>
);
