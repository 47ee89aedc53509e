import type { Status, UplinkStatus } from "../../core/status.ts";

export const FAMILIES = ["ipv4", "ipv6"] as const;
export type Family = (typeof FAMILIES)[number];

/** IPv4, IPv6. */
export const familyName = (family: Family): string => (family === "ipv4" ? "IPv4" : "IPv6");

export type Monitored = NonNullable<UplinkStatus["families"][Family]>;
export type Verdict = Monitored["verdict"];

/** The few colours that mean something. */
export type Tone = "good" | "warn" | "bad" | "hold" | "mute";

interface Words {
  readonly word: string;
  readonly tone: Tone;
}

const VERDICTS: Readonly<Record<Verdict, Words>> = {
  unknown: { word: "Checking", tone: "mute" },
  up: { word: "Up", tone: "good" },
  suspect: { word: "In doubt", tone: "warn" },
  down: { word: "Down", tone: "bad" },
  "hold-down": { word: "Proving itself", tone: "hold" },
};

/** What a verdict is called, and its colour. An uplink that is up but degraded says what ails it. */
export const wordsOf = ({ verdict, degraded }: Pick<Monitored, "verdict" | "degraded">): Words => {
  if (verdict !== "up") return VERDICTS[verdict];
  if (degraded.portal) return { word: "Login page", tone: "warn" };
  if (degraded.loss) return { word: "Losing packets", tone: "warn" };
  return degraded.latency ? { word: "Slow", tone: "warn" } : VERDICTS.up;
};

const WORST: readonly Tone[] = ["bad", "warn", "hold", "mute", "good"];

/**
 * An uplink as a whole: the family that traffic uses speaks for it, since a line that never had IPv6 is not broken. Where
 * none is used, the better one.
 */
export const uplinkWords = ({ families }: UplinkStatus, main: Family): Words => {
  const other: Family = main === "ipv4" ? "ipv6" : "ipv4";
  const monitored = families[main] ?? families[other];
  return monitored === null ? { word: "Not used", tone: "mute" } : wordsOf(monitored);
};

/** Of two tones the one that matters more. */
export const worse = (one: Tone, other: Tone): Tone => (WORST.indexOf(one) < WORST.indexOf(other) ? one : other);

/** The family that the headline is about: IPv4, or IPv6 where no uplink has IPv4. */
export const mainFamily = ({ uplinks }: Status): Family =>
  uplinks.some(({ families }) => families.ipv4 !== null) ? "ipv4" : "ipv6";

export const namesOf = ({ uplinks }: Status): readonly string[] => uplinks.map(({ name }) => name);

/** The uplinks that traffic should take if all were well: the one that was pinned, else the best tier. */
export const preferred = ({ pin, uplinks }: Status): readonly string[] => {
  if (pin !== null) return [pin];
  const best = Math.min(...uplinks.map(({ tier }) => tier));
  return uplinks.filter(({ tier }) => tier === best).map(({ name }) => name);
};
