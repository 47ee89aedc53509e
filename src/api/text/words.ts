import { formatDuration } from "../../config/value/duration.ts";
import { type Family, familyName } from "../../core/family.ts";

/** How people write the other family. */
export const otherName = (family: Family): string => familyName(family === "ipv4" ? "ipv6" : "ipv4");

/** How long something has been so, in whole seconds: "3 m 12 s". */
export const age = (ms: number): string => spaced(Math.floor(Math.max(0, ms) / 1000) * 1000);

/** How long something will still be so, in whole seconds: "1 s" until it is over. */
export const remainder = (ms: number): string => spaced(Math.ceil(Math.max(0, ms) / 1000) * 1000);

const spaced = (ms: number): string => formatDuration(ms).replace(/(?<=\d)(?=[a-z])/g, " ");

/** A round trip: "0.4 ms", "12 ms", "1.2 s"; a dash where there was none. */
export const roundTrip = (ms: number | null): string => {
  if (ms === null) return "–";
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms.toFixed(ms < 9.95 ? 1 : 0)} ms`;
};

/** A ratio 0..1 as "2 % lost", or as "2 %"; a dash where nothing is known. What is little is never shown as nothing. */
export const lossShare = (ratio: number | null, named: boolean): string => {
  if (ratio === null) return "–";
  const percent = Math.round(ratio * 100);
  return `${ratio > 0 && percent === 0 ? "<1" : percent} %${named ? " lost" : ""}`;
};

/** A text with the full stop that ends a sentence. It isn't capitalized: it may begin with an uplink's name. */
export const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** A share 0..1 in percent, never rounded up to 100: "99.98 %"; a dash where nothing is known. */
export const percent = (share: number | null): string => {
  if (share === null) return "–";
  return `${share === 1 ? 100 : (Math.floor(share * 10_000) / 100).toFixed(2)} %`;
};
