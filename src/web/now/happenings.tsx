import type { JSX } from "preact";
import { Prose } from "../part/prose.tsx";
import type { Happening } from "../server/live.ts";
import { clock } from "../word/format.ts";

const SHOWN = 8;

/** What happened lately, newest first. */
export const Happenings = ({ happenings }: { readonly happenings: readonly Happening[] }): JSX.Element => {
  const told = happenings
    .filter(({ level }) => level !== "debug")
    .slice(-SHOWN)
    .reverse();
  return (
    <section class="happenings" aria-labelledby="lately">
      <h2 id="lately">Lately</h2>
      {told.length === 0 && <p class="aside">Nothing has happened since the daemon began.</p>}
      <ol>
        {told.map(({ at, level, text }) => (
          <li key={`${at} ${text}`} class={`is-${level}`}>
            <time dateTime={new Date(at).toISOString()}>{clock(at)}</time>
            <span>
              <Prose text={text} />
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
};
