import type { JSX } from "preact";
import type { Status, UplinkStatus } from "../../core/status.ts";
import { Chip, Dot } from "../part/chip.tsx";
import { countdown, duration, percent, rtt, sentence } from "../word/format.ts";
import {
  FAMILIES,
  type Family,
  familyName,
  type Monitored,
  mainFamily,
  uplinkWords,
  wordsOf,
} from "../word/verdict.ts";
import { CarriedLine } from "./carried.tsx";
import { Spark } from "./spark.tsx";

interface Props {
  readonly status: Status;
  readonly uplink: UplinkStatus;
  /** Since the status was true, ms. */
  readonly elapsedMs: number;
}

/** One uplink: how it is, and on what evidence. */
export const UplinkCard = ({ status, uplink, elapsedMs }: Props): JSX.Element => {
  const main = mainFamily(status);
  const { word, tone } = uplinkWords(uplink, main);
  const monitored = uplink.families[main] ?? uplink.families.ipv6;
  return (
    <article class="card uplink" aria-labelledby={`uplink-${uplink.name}`}>
      <header>
        <h2 id={`uplink-${uplink.name}`}>{uplink.name}</h2>
        <Chip tone={tone}>{word}</Chip>
        <p class="aside">
          {uplink.interface} · tier {uplink.tier}
          {uplink.metered && " · metered"}
        </p>
      </header>
      {monitored !== null && <Figures monitored={monitored} />}
      <CarriedLine traffic={uplink.traffic} usage={uplink.usage} />
      <FamilyTable uplink={uplink} elapsedMs={elapsedMs} />
      {reasons(uplink).map((reason) => (
        <p class="reason" key={reason}>
          {reason}
        </p>
      ))}
    </article>
  );
};

const Figures = ({ monitored }: { readonly monitored: Monitored }): JSX.Element => (
  <div class="figures">
    <p>
      <strong>{rtt(monitored.rttMs)}</strong> <span>round trip</span>
    </p>
    <p class={(monitored.loss ?? 0) > 0.02 ? "is-bad" : ""}>
      <strong>{percent(monitored.loss)}</strong> <span>lost</span>
    </p>
    <Spark recent={monitored.recentRttMs} loss={monitored.loss} />
  </div>
);

const FamilyTable = ({ uplink, elapsedMs }: Omit<Props, "status">): JSX.Element => (
  <table class="families">
    <thead class="unseen">
      <tr>
        <th scope="col">Family</th>
        <th scope="col">State</th>
        <th scope="col">Gateway</th>
      </tr>
    </thead>
    <tbody>
      {FAMILIES.map((family) => (
        <FamilyRow key={family} family={family} monitored={uplink.families[family]} elapsedMs={elapsedMs} />
      ))}
    </tbody>
  </table>
);

interface RowProps {
  readonly family: Family;
  readonly monitored: Monitored | null;
  readonly elapsedMs: number;
}

const FamilyRow = ({ family, monitored, elapsedMs }: RowProps): JSX.Element => {
  if (monitored === null) {
    return (
      <tr>
        <th scope="row">{familyName(family)}</th>
        <td colSpan={2}>not used here</td>
      </tr>
    );
  }
  const { word, tone } = wordsOf(monitored);
  const holdLeft = Math.max(0, monitored.holdLeftMs - elapsedMs);
  return (
    <tr>
      <th scope="row">{familyName(family)}</th>
      <td>
        <Dot tone={tone} /> {word} <span class="unseen">for</span>
        <span class="aside">{duration(monitored.sinceMs + elapsedMs)}</span>
        {holdLeft > 0 && <span class="hold"> · {countdown(holdLeft)} left</span>}
      </td>
      <td class="gateway">{monitored.gateway === null ? "no gateway" : `via ${monitored.gateway}`}</td>
    </tr>
  );
};

/** Why it is as it is, unless it is simply well. What is true of one family alone names it. */
const reasons = ({ families }: UplinkStatus): readonly string[] => {
  const used = FAMILIES.flatMap((family) => {
    const monitored = families[family];
    return monitored === null ? [] : [{ family, said: saidOf(monitored) }];
  });
  const isShared = (text: string): boolean => used.every(({ said }) => said.includes(text));
  const told = used.flatMap(({ family, said }) =>
    said.map((text) => (isShared(text) ? text : `${familyName(family)}: ${text}`)),
  );
  return [...new Set(told)];
};

const saidOf = (monitored: Monitored): readonly string[] => [
  ...(wordsOf(monitored).tone === "good" ? [] : [sentence(monitored.reason)]),
  ...monitored.complaints,
];
