import type { JSX } from "preact";
import { Chip } from "../part/chip.tsx";
import { duration, momentText, rtt, sentence } from "../word/format.ts";
import type { Tone } from "../word/verdict.ts";
import type { Entry } from "./entry.ts";

/** More than anybody reads; the bars show the rest. */
const SHOWN = 200;

/** The id of an entry's fold. */
export const entryId = ({ key }: Entry): string => `entry-${key.replaceAll(/\W+/g, "-")}`;

export const EntryList = ({ entries }: { readonly entries: readonly Entry[] }): JSX.Element => (
  <ol class="entries">
    {entries.slice(0, SHOWN).map((entry) => (
      <li key={entry.key}>
        <details id={entryId(entry)}>
          <summary>
            <time dateTime={new Date(entry.begin).toISOString()}>{momentText(entry.begin)}</time>
            <Chip tone={TONES[entry.kind]}>{NAMES[entry.kind]}</Chip>
            <span class="what">{entry.kind === "outage" ? entry.title : sentence(entry.text)}</span>
            {entry.end > entry.begin && (
              <span class="aside">
                {entry.isOpen ? `for ${duration(entry.end - entry.begin)} now` : duration(entry.end - entry.begin)}
              </span>
            )}
          </summary>
          <Details entry={entry} />
        </details>
      </li>
    ))}
  </ol>
);

const TONES: Readonly<Record<Entry["kind"], Tone>> = { outage: "bad", divert: "warn", switch: "hold", other: "mute" };
const NAMES: Readonly<Record<Entry["kind"], string>> = {
  outage: "Outage",
  divert: "Divert",
  switch: "Switch",
  other: "Note",
};

const Details = ({ entry: { text, begin, end, isOpen, evidence } }: { readonly entry: Entry }): JSX.Element => (
  <div class="evidence">
    <p>{sentence(text)}</p>
    {end > begin && (
      <p class="aside">
        From {momentText(begin)} {isOpen ? "on; it lasts" : `to ${momentText(end)}`}.
      </p>
    )}
    {evidence !== null && <Evidence evidence={evidence} />}
  </div>
);

const Evidence = ({
  evidence: { gateway, complaints, probes },
}: {
  readonly evidence: NonNullable<Entry["evidence"]>;
}): JSX.Element => (
  <>
    <p class="aside">{gateway === null ? "There was no gateway." : `The gateway was ${gateway}.`}</p>
    {complaints.map((complaint) => (
      <p key={complaint}>{complaint}</p>
    ))}
    {probes.length > 0 && (
      <table>
        <caption>The last probes before the verdict</caption>
        <thead>
          <tr>
            <th scope="col">Sent before</th>
            <th scope="col">Target</th>
            <th scope="col">Answer</th>
          </tr>
        </thead>
        <tbody>
          {probes.map(({ target, beforeMs, rttMs }) => (
            <tr key={`${target} ${beforeMs}`}>
              <td>{(beforeMs / 1000).toFixed(2)} s</td>
              <td>{target}</td>
              <td class={rttMs === null ? "none" : ""}>{rttMs === null ? "none" : rtt(rttMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    )}
  </>
);
