import type { ComponentChildren, JSX } from "preact";
import type { Tone } from "../word/verdict.ts";

/** A state in a word; the shape of its dot says the same as its colour. */
export const Chip = ({
  tone,
  children,
}: {
  readonly tone: Tone;
  readonly children: ComponentChildren;
}): JSX.Element => (
  <span class={`chip is-${tone}`}>
    <Dot tone={tone} />
    {children}
  </span>
);

const SHAPES: Readonly<Record<Tone, string>> = {
  good: "M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1",
  warn: "M6 .8 11.6 11H.4z",
  bad: "M1.5 3.2 3.2 1.5 6 4.3l2.8-2.8 1.7 1.7L7.7 6l2.8 2.8-1.7 1.7L6 7.7l-2.8 2.8-1.7-1.7L4.3 6z",
  hold: "M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1M6 3v6a3 3 0 0 0 0-6",
  mute: "M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1M6 3a3 3 0 1 0 0 6 3 3 0 0 0 0-6",
};

export const Dot = ({ tone }: { readonly tone: Tone }): JSX.Element => (
  <svg class={`dot is-${tone}`} viewBox="0 0 12 12" aria-hidden="true">
    <path d={SHAPES[tone]} fill-rule="evenodd" />
  </svg>
);
