import type { JSX } from "preact";

/** Words in backquotes are code; of links to our documents, their names stay. */
export const Prose = ({ text }: { readonly text: string }): JSX.Element => (
  <>
    {text
      .replaceAll(/\[([^\]]+)\]\([^)]+\)/g, "$1")
      .split("`")
      .map((part, index) => (index % 2 === 1 ? <code key={part}>{part}</code> : part))}
  </>
);
