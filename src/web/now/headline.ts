import type { Status } from "../../core/status.ts";
import { countdown, list, sentence } from "../word/format.ts";
import { mainFamily, namesOf, preferred, type Tone, wordsOf } from "../word/verdict.ts";

/** The one glance: how things are, in two lines. */
export interface Headline {
  readonly tone: Tone;
  readonly title: string;
  readonly detail: string;
}

/** `elapsedMs`: since the status was true. Pure. */
export const headlineOf = (status: Status, elapsedMs: number): Headline => {
  const { carrying, reason } = status.families[mainFamily(status)];
  const why = sentence(reason, namesOf(status));
  return (
    without(status) ??
    doubtful(status) ??
    ordered(status, elapsedMs) ?? {
      tone: standsIn(status) ? "warn" : "good",
      title: `Online through ${list(carrying)}`,
      detail: standsIn(status) ? `It stands in for ${list(missing(status))}` : why,
    }
  );
};

/** How long it has been so, ms; null where that isn't known: a status doesn't say when a divert began. */
export const standingMs = (status: Status): number | null => {
  const family = mainFamily(status);
  const { diverted, sinceMs } = status.families[family];
  if (diverted) return null;
  const silences = status.uplinks.flatMap(({ families }) => families[family]?.sinceMs ?? []);
  return status.online ? sinceMs : Math.min(sinceMs, ...silences);
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
  if (status.online) return null;
  return { tone: "bad", title: "Offline", detail: `${status.summary} The first that answers again takes it.` };
};

/** Where the uplink that was chosen by hand fails, others stand in: then that is what matters. */
const ordered = (status: Status, elapsedMs: number): Headline | null => {
  const { test, pin } = status;
  const chosen = test?.uplink ?? pin;
  if (chosen === null || !status.families[mainFamily(status)].carrying.includes(chosen)) return null;
  if (test !== null) {
    const left = countdown(Math.max(0, test.leftMs - elapsedMs));
    return {
      tone: "hold",
      title: `Testing ${chosen}`,
      detail: `Somebody asked for it. Traffic returns by itself in ${left}; Act ends it sooner.`,
    };
  }
  return {
    tone: "hold",
    title: `Pinned to ${chosen}`,
    detail: `Somebody chose ${chosen} by hand. Others only stand in while it fails; Act undoes it.`,
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
