import type { Status } from "../../core/status.ts";
import { countdown, list, sentence } from "../word/format.ts";
import { mainFamily, preferred, type Tone, wordsOf } from "../word/verdict.ts";

/** The one glance: how things are, in two lines. */
export interface Headline {
  readonly tone: Tone;
  readonly title: string;
  readonly detail: string;
}

/** `elapsedMs`: since the status was true. Pure. */
export const headlineOf = (status: Status, elapsedMs: number): Headline => {
  const { carrying, reason } = status.families[mainFamily(status)];
  const why = sentence(
    reason,
    status.uplinks.map(({ name }) => name),
  );
  return (
    without(status) ??
    ordered(status, elapsedMs) ??
    doubtful(status) ?? {
      tone: standsIn(status) ? "warn" : "good",
      title: `Online through ${list(carrying)}`,
      detail: standsIn(status) ? `It stands in for ${list(missing(status))}` : why,
    }
  );
};

/** How those are that should carry traffic: the reason of the switch may be long past. */
const missing = (status: Status): readonly string[] =>
  preferred(status).map((name) => {
    const monitored = status.uplinks.find((uplink) => uplink.name === name)?.families[mainFamily(status)];
    return monitored == null ? `${name}.` : `${name} (${wordsOf(monitored).word.toLowerCase()}): ${monitored.reason}.`;
  });

const without = (status: Status): Headline | null => {
  const { active } = status.families[mainFamily(status)];
  if (active.length === 0)
    return {
      tone: "mute",
      title: "Looking around",
      detail: "The uplinks are being asked; no one has been chosen yet.",
    };
  return status.online ? null : { tone: "bad", title: "Offline", detail: status.summary };
};

const ordered = ({ test, pin }: Status, elapsedMs: number): Headline | null => {
  if (test !== null) {
    const left = countdown(Math.max(0, test.leftMs - elapsedMs));
    return {
      tone: "hold",
      title: `Testing ${test.uplink}`,
      detail: `Somebody asked for it. Traffic returns by itself in ${left}.`,
    };
  }
  if (pin === null) return null;
  return {
    tone: "hold",
    title: `Pinned to ${pin}`,
    detail: `Somebody chose ${pin} by hand; nothing else is used until that is undone.`,
  };
};

const doubtful = (status: Status): Headline | null => {
  const { diverted, active, carrying } = status.families[mainFamily(status)];
  if (!diverted) return null;
  return {
    tone: "warn",
    title: `Online through ${list(carrying)}`,
    detail: `${list(active)} is in doubt: new connections go elsewhere for now, running ones stay.`,
  };
};

const standsIn = (status: Status): boolean => {
  const { active } = status.families[mainFamily(status)];
  return !active.some((name) => preferred(status).includes(name));
};
