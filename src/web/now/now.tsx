import type { JSX } from "preact";
import type { Status } from "../../core/status.ts";
import { Demo, isDemo } from "../demo/demo.tsx";
import { NetworkMap } from "../map/map.tsx";
import { Chip, Dot } from "../part/chip.tsx";
import { useNow } from "../part/clock.ts";
import { Icon } from "../part/icon.tsx";
import { Prose } from "../part/prose.tsx";
import { live } from "../server/live.ts";
import { useStore } from "../server/store.ts";
import { countdown, duration, list, sentence } from "../word/format.ts";
import { FAMILIES, type Family, familyName, mainFamily, namesOf, type Tone, type Verdict } from "../word/verdict.ts";
import { Happenings } from "./happenings.tsx";
import { headlineOf, standingMs } from "./headline.ts";
import { LiveCharts } from "./live-charts.tsx";
import { UplinkCard } from "./uplink-card.tsx";
import { Why } from "./why.tsx";

/** What is. */
export const Now = ({ status }: { readonly status: Status }): JSX.Element => {
  const { statusAt, happenings, stream } = useStore(live);
  const now = useNow();
  // What is lost doesn't grow older on the screen: it stays as it was seen.
  const elapsedMs = stream.kind === "lost" ? 0 : Math.max(0, now - statusAt);
  return (
    <>
      <Glance status={status} elapsedMs={elapsedMs} />
      <Problems problems={status.problems} />
      <NetworkMap status={status} />
      {isDemo() && <Demo />}
      <section class="uplinks" aria-label="Uplinks">
        {status.uplinks.map((uplink) => (
          <UplinkCard key={uplink.name} status={status} uplink={uplink} elapsedMs={elapsedMs} />
        ))}
      </section>
      <LiveCharts status={status} />
      <Happenings happenings={happenings} />
    </>
  );
};

interface GlanceProps {
  readonly status: Status;
  readonly elapsedMs: number;
}

const Glance = ({ status, elapsedMs }: GlanceProps): JSX.Element => {
  const { tone, title, detail } = headlineOf(status, elapsedMs);
  const { waiting, holdLeftMs } = status.families[mainFamily(status)];
  const standing = standingMs(status);
  const left = Math.max(0, holdLeftMs - elapsedMs);
  return (
    <section class={`glance is-${tone}`}>
      <h1>
        <Dot tone={tone} />
        <span aria-live="polite">{title}</span>
      </h1>
      <p>{detail}</p>
      {waiting !== null && (
        <p class="waiting">
          {sentence(waiting, namesOf(status))}
          {left > 0 && ` ${countdown(left)} left.`}
        </p>
      )}
      <p class="chips">
        <FamilyChips status={status} />
        {standing !== null && <span class="aside">for {duration(standing + elapsedMs)}</span>}
      </p>
      <Steering steering={status.steering ?? []} />
      <Why />
    </section>
  );
};

const FamilyChips = ({ status }: { readonly status: Status }): JSX.Element => (
  <>
    {FAMILIES.map((family) => {
      const { carrying, diverted } = status.families[family];
      if (carrying.length === 0) return null;
      const isDown = carrying.every((name) => verdictOf(status, name, family) === "down");
      return (
        <Chip key={family} tone={isDown ? "bad" : diverted ? "warn" : "good"}>
          {familyName(family)} {isDown ? "down" : list(carrying)}
        </Chip>
      );
    })}
  </>
);

type Steerings = NonNullable<Status["steering"]>;

const Steering = ({ steering }: { readonly steering: Steerings }): JSX.Element | null =>
  steering.length === 0 ? null : (
    <ul class="chips">
      <li class="aside">Steered</li>
      {steering.map((one) => (
        <li key={one.name}>
          <Chip tone={steeringTone(one)}>
            {one.name} {one.summary}
          </Chip>
        </li>
      ))}
    </ul>
  );

const steeringTone = ({ families }: Steerings[number]): Tone => {
  const ways = FAMILIES.flatMap((family) => families[family] ?? []);
  if (ways.some(({ refused }) => refused)) return "bad";
  return ways.some(({ over }) => over === null) ? "warn" : "mute";
};

const verdictOf = ({ uplinks }: Status, name: string, family: Family): Verdict | undefined =>
  uplinks.find((uplink) => uplink.name === name)?.families[family]?.verdict;

const Problems = ({ problems }: { readonly problems: readonly string[] }): JSX.Element | null =>
  problems.length === 0 ? null : (
    <ul class="problems">
      {problems.map((problem) => (
        <li key={problem}>
          <Icon name="warning" />
          <span>
            <Prose text={sentence(problem)} />
          </span>
        </li>
      ))}
    </ul>
  );
