import type { Status, UplinkStatus } from "../../core/status.ts";
import { rtt } from "../word/format.ts";
import { FAMILIES, familyName, type Monitored, mainFamily, type Tone, uplinkWords, worse } from "../word/verdict.ts";

/** carrying: new flows go here. staying: only those that run. idle: neither. */
export type Traffic = "carrying" | "staying" | "idle";

/** One way out, as it is drawn. */
export interface Line {
  readonly name: string;
  readonly traffic: Traffic;
  readonly tone: Tone;
  /** Beneath the name. */
  readonly says: string;
  /** Where the line is cut: before the gateway, beyond it, or not at all. */
  readonly cut: "near" | "far" | null;
  /** The families that go here, where they go apart. */
  readonly families: string | null;
}

/** Everything on the map. */
export interface Scene {
  readonly lines: readonly Line[];
  readonly online: boolean;
  readonly label: string;
}

/** A status as it is drawn. Pure. */
export const sceneOf = (status: Status): Scene => {
  const lines = status.uplinks.map((uplink) => lineOf(status, uplink));
  const said = lines.map(({ name, traffic, says }) => `${name}: ${TRAFFIC[traffic]}, ${says}`).join("; ");
  return {
    lines: shownOf(lines),
    online: status.online,
    label: `From your network through the router to the internet. ${said}.`,
  };
};

/** More than so many are too small to read. */
const SHOWN = 6;

/** Those that matter most, in their order; the rest is one line. */
const shownOf = (lines: readonly Line[]): readonly Line[] => {
  if (lines.length <= SHOWN) return lines;
  const ranked = [...lines].sort((one, other) => rankOf(one) - rankOf(other));
  const rest = ranked.slice(SHOWN - 1);
  const tone = rest.map((line) => line.tone).reduce(worse);
  const says = tone === "good" ? "up" : "see below";
  const others = { name: `${rest.length} others`, traffic: rest[0]?.traffic ?? "idle", tone, says } as const;
  return [...lines.filter((line) => !rest.includes(line)), { ...others, cut: null, families: null }];
};

const rankOf = ({ traffic, tone }: Line): number =>
  traffic === "idle" ? (tone === "good" ? 3 : 2) : traffic === "staying" ? 1 : 0;

const TRAFFIC: Readonly<Record<Traffic, string>> = {
  carrying: "takes new connections",
  staying: "keeps running connections",
  idle: "carries nothing",
};

const lineOf = (status: Status, uplink: UplinkStatus): Line => {
  const main = mainFamily(status);
  const { word, tone } = uplinkWords(uplink, main);
  const monitored = uplink.families[main] ?? uplink.families.ipv6;
  return {
    name: uplink.name,
    traffic: trafficOf(status, uplink.name),
    tone,
    says: tone === "good" && monitored !== null ? rtt(monitored.rttMs) : word.toLowerCase(),
    cut: monitored === null ? null : cutOf(monitored),
    families: splitFamilies(status, uplink.name),
  };
};

const trafficOf = ({ families }: Status, name: string): Traffic => {
  if (FAMILIES.some((family) => families[family].carrying.includes(name))) return "carrying";
  const stays = FAMILIES.some((family) => {
    const { active, drains } = families[family];
    return active.includes(name) || drains.some(({ uplink }) => uplink === name);
  });
  return stays ? "staying" : "idle";
};

const cutOf = ({ verdict, gateway }: Monitored): Line["cut"] => {
  if (verdict !== "down") return null;
  return gateway === null ? "near" : "far";
};

/** IPv4 and IPv6 that take different ways are named; usually they don't. */
const splitFamilies = ({ families }: Status, name: string): string | null => {
  const [ipv4, ipv6] = FAMILIES.map((family) => families[family].carrying);
  if (ipv4?.length === 0 || ipv6?.length === 0 || ipv4?.join() === ipv6?.join()) return null;
  const here = FAMILIES.filter((family) => families[family].carrying.includes(name));
  return here.length === 1 ? here.map(familyName).join() : null;
};
