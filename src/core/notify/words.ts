import type { Notice } from "./notice.ts";
import type { UplinkView, View } from "./view.ts";

const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
] as const;

/** A span of time in its two largest units: "2 hours 5 minutes", "14 seconds". `ms`: from 0. Never throws. */
export const spanText = (ms: number): string => {
  let rest = Math.max(1000, Math.round(ms / 1000) * 1000);
  const parts = UNITS.flatMap(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? [] : [`${count} ${unit}${count === 1 ? "" : "s"}`];
  });
  return parts.slice(0, 2).join(" ");
};

/** A text as a sentence. Never throws. */
export const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;

/** The uplinks with their state, addresses and routes, as lines. Never throws. */
export const detailsOf = (view: View): string => view.uplinks.map((uplink) => uplinkText(uplink, view)).join("\n\n");

const uplinkText = (uplink: UplinkView, view: View): string => {
  const role = uplink.name === view.lead ? "carries the traffic" : "stands by";
  const lines = [
    `State: ${STATES[String(uplink.works) as keyof typeof STATES]} (${uplink.reason})`,
    ...uplink.addresses.map((line) => `Address: ${line}`),
    ...uplink.routes.map((line) => `Route: ${line}`),
  ];
  return [`${uplink.name} on ${uplink.interface}, ${role}`, ...lines.map((line) => `  ${line}`)].join("\n");
};

const STATES = { true: "works", false: "does not work", null: "in doubt" } as const;

/** A message of all that is to be told: the newest in full, what is older in brief. Never throws. */
export const messageOf = (batch: readonly Notice[]): { readonly subject: string; readonly text: string } => {
  const newest = batch.at(-1);
  if (newest === undefined) return { subject: "", text: "" };
  const earlier = batch.slice(0, -1).toReversed();
  const history = earlier.map(({ date, subject, summary }) => `${date}\n${subject}\n${summary}`).join("\n\n");
  const parts = [newest.subject, newest.summary, newest.details, `Time: ${newest.date}`];
  if (earlier.length > 0) parts.push(`Earlier, and not told until now:\n\n${history}`);
  return { subject: newest.subject, text: `${parts.filter((part) => part !== "").join("\n\n")}\n` };
};
