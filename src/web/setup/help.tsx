import type { JSX } from "preact";
import { Prose } from "../part/prose.tsx";

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
