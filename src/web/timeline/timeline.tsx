import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { HistoryAnswer } from "../../core/history/answer.ts";
import type { Status } from "../../core/status.ts";
import { Choice } from "../part/choice.tsx";
import { Loading } from "../part/loading.tsx";
import type { Answer } from "../server/request.ts";
import { bytes, momentText, sentence } from "../word/format.ts";
import { Bars } from "./bars.tsx";
import { availability, type Entry, entriesOf } from "./entry.ts";
import { EntryList, entryId } from "./entry-list.tsx";
import { PastChart } from "./past-chart.tsx";
import { ReportLinks } from "./report-links.tsx";
import { readHistory } from "./server.ts";
import { RANGES, type Range } from "./span.ts";

const OPTIONS = (Object.keys(RANGES) as Range[]).map((value) => ({ value, name: RANGES[value].name }));

/** A timeline that is open follows the clock. */
const AGAIN_MS = 10_000;

/** What was. */
export const Timeline = ({ status }: { readonly status: Status }): JSX.Element => {
  const [range, setRange] = useState<Range>("day");
  const [answer, setAnswer] = useState<Answer<HistoryAnswer> | null>(null);
  useEffect(() => {
    let isCurrent = true;
    const read = async (): Promise<void> => {
      const read = await readHistory(range);
      if (isCurrent) setAnswer(read);
    };
    void read();
    const timer = setInterval(() => void read(), AGAIN_MS);
    return () => {
      isCurrent = false;
      clearInterval(timer);
    };
  }, [range]);
  return (
    <>
      <div class="intro">
        <h1>Timeline</h1>
        <Choice label="The last" options={OPTIONS} value={range} choose={setRange} />
      </div>
      {answer === null && <Loading />}
      {answer?.ok === false && (
        <p class="problem" role="alert">
          {sentence(answer.why.detail)}
        </p>
      )}
      {answer?.ok && <Past status={status} answer={answer.value} range={range} />}
    </>
  );
};

interface PastProps {
  readonly status: Status;
  readonly answer: HistoryAnswer;
  readonly range: Range;
}

const Past = ({ status, answer, range }: PastProps): JSX.Element => {
  const uplinks = status.uplinks.map(({ name }) => name);
  const entries = entriesOf(answer);
  return (
    <>
      <section class="card" aria-label="Outages, diverts and switches">
        <Bars uplinks={uplinks} entries={entries} answer={answer} range={range} open={unfold} />
      </section>
      <Sums uplinks={uplinks} answer={answer} />
      <PastChart uplinks={uplinks} answer={answer} />
      <section class="told" aria-labelledby="told">
        <h2 id="told">What happened</h2>
        {entries.length === 0 ? (
          <p class="aside">Nothing in the time that the daemon has watched.</p>
        ) : (
          <EntryList entries={entries} />
        )}
      </section>
      <ReportLinks />
    </>
  );
};

/** Brings an entry's evidence into view. */
const unfold = (entry: Entry): void => {
  const fold = document.getElementById(entryId(entry));
  if (!(fold instanceof HTMLDetailsElement)) return;
  fold.open = true;
  fold.scrollIntoView({ block: "center" });
  fold.querySelector("summary")?.focus();
};

/** Never rounded up to all. */
const share = (ratio: number | null): string =>
  ratio === null ? "–" : `${ratio === 1 ? 100 : (Math.floor(ratio * 100_000) / 1000).toFixed(3)} %`;

/** Of a line that nothing came by, and that isn't known to have been down, nobody can say how it was. */
const isKnown = ({ outages, series }: HistoryAnswer, name: string): boolean =>
  outages.some(({ uplink }) => uplink === name) ||
  series.some(({ uplink, points }) => uplink === name && points.some(([, sent, lost]) => sent > lost));

/** Bytes are kept by the calendar month, however short the time that is looked at. */
const countedSince = ({ usage }: HistoryAnswer): string => {
  const [first] = usage.map(({ period }) => period).toSorted();
  return first === undefined
    ? ""
    : `; bytes since ${new Date(`${first}T00:00`).toLocaleDateString(undefined, { dateStyle: "medium" })}`;
};

const Sums = ({
  uplinks,
  answer,
}: {
  readonly uplinks: readonly string[];
  readonly answer: HistoryAnswer;
}): JSX.Element => (
  <div class="card sums">
    <table>
      <caption>
        From {momentText(answer.from)} to {momentText(answer.until)}, as far as the daemon ran
        {countedSince(answer)}
      </caption>
      <thead>
        <tr>
          <th scope="col">Uplink</th>
          <th scope="col">Without an outage</th>
          <th scope="col">Outages</th>
          <th scope="col">Received</th>
          <th scope="col">Sent</th>
        </tr>
      </thead>
      <tbody>
        {uplinks.map((name) => {
          const outages = answer.outages.filter(({ uplink }) => uplink === name);
          const usage = answer.usage.filter(({ uplink }) => uplink === name);
          const sum = (key: "received" | "sent"): number => usage.reduce((total, one) => total + one[key], 0);
          return (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{share(isKnown(answer, name) ? availability(outages, answer) : null)}</td>
              <td>{outages.length}</td>
              <td>{usage.length === 0 ? "–" : bytes(sum("received"))}</td>
              <td>{usage.length === 0 ? "–" : bytes(sum("sent"))}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  </div>
);
