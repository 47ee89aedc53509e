import {
  drainLeftMs,
  isAbsent,
  isDegraded,
  isLacking,
  type Role,
  roleOf,
  type Status,
  type UplinkFamilyStatus,
  type UplinkStatus,
} from "../api/text/reading.ts";
import { age, lossShare, remainder, roundTrip } from "../api/text/words.ts";
import { FAMILIES, type Family, familyName } from "../core/family.ts";
import { size } from "../core/size.ts";
import { clip, type Line, type Span, span, type Tone, widthOf, wrap } from "./line.ts";
import { sparkline } from "./sparkline.ts";

/** How much is said beside the figures: for all, for those that are not just fine, for none. */
export type Detail = "all" | "notable" | "none";

/** How to draw an uplink. */
export interface UplinkView {
  readonly status: Status;
  readonly width: number;
  readonly detail: Detail;
  /** Whether what is too long goes on in the next row, rather than being cut. */
  readonly wraps: boolean;
}

interface Place extends UplinkView {
  readonly uplink: UplinkStatus;
  readonly family: Family;
  readonly role: Role;
  readonly one: UplinkFamilyStatus;
}

const INDENT = 8;
const RTT_WIDTH = 9;
/** Widths of the columns, and whether they are for a screen that has room. */
const ROOMY = { least: 60, verdict: 24, loss: 10 } as const;
const NARROW = { verdict: 19, loss: 5 } as const;
/** A shorter one shows no pattern. */
const SPARKLINE_LEAST = 8;

/** An uplink: a title, then for each family its figures and, below them, why they are so. */
export const uplinkLines = (uplink: UplinkStatus, view: UplinkView): readonly Line[] => [
  clip(title(uplink), view.width),
  ...FAMILIES.flatMap((family) => familyLines({ uplink, family, view })),
];

const title = ({ name, interface: device, tier, weight, ...uplink }: UplinkStatus): Line => {
  const facts = [
    device ?? "no interface",
    `tier ${tier}`,
    ...(weight === 1 ? [] : [`weight ${weight}`]),
    ...costWords(uplink),
    ...(uplink.essentialOnly ? ["essential traffic only"] : []),
  ];
  return [span(name, "strong"), span(`  ${facts.join(" · ")}`, "faint")];
};

const costWords = ({
  metered,
  usage,
  traffic,
}: Pick<UplinkStatus, "metered" | "usage" | "traffic">): readonly string[] => {
  if (usage !== null) return [`${Math.floor(usage.share * 100)} % of ${size(usage.cap)} used`];
  const month = traffic?.month ?? null;
  return [
    ...(metered ? ["metered"] : []),
    ...(month === null ? [] : [`${size(month.received + month.sent)} this month`]),
  ];
};

const familyLines = (at: { uplink: UplinkStatus; family: Family; view: UplinkView }): readonly Line[] => {
  const { uplink, family, view } = at;
  const one = uplink.families[family];
  if (one === null || isAbsent(view.status, family)) return [];
  const place = { ...view, uplink, family, one, role: roleOf(view.status.families[family], uplink.name) };
  return [clip(figures(place), view.width), ...(isDetailed(place) ? details(place) : [])];
};

const figures = (place: Place): Line => {
  const { one, family, width } = place;
  const columns = width < ROOMY.least ? NARROW : ROOMY;
  const head: Line = [
    marker(place),
    span(` ${familyName(family)}  `),
    ...padded(verdict(place), columns.verdict),
    span(
      roundTrip(one.rttMs)
        .padStart(RTT_WIDTH - 2)
        .padEnd(RTT_WIDTH),
    ),
    span(
      lossShare(one.loss, columns === ROOMY).padStart(columns.loss),
      one.loss === null || one.loss === 0 ? "faint" : "doubt",
    ),
    span("  "),
  ];
  const room = width - widthOf(head);
  return room < SPARKLINE_LEAST ? head : [...head, ...sparkline(one.recentRttMs, room)];
};

const padded = (line: Line, width: number): Line => [...line, span(" ".repeat(Math.max(1, width - widthOf(line))))];

const MARKERS: Readonly<Record<Role, Span>> = {
  carries: span("▶", "good"),
  "stands in": span("▶", "doubt"),
  "in doubt": span("▷", "doubt"),
  drains: span("▷", "faint"),
  idle: span(" "),
};

/** What is down carries nothing, whatever the routes say. */
const marker = ({ role, one }: Place): Span =>
  role === "carries" && one.verdict === "down" ? span("▷", "bad") : MARKERS[role];

const VERDICT_TONES: Readonly<Record<UplinkFamilyStatus["verdict"], Tone>> = {
  up: "good",
  unknown: "faint",
  suspect: "doubt",
  "hold-down": "doubt",
  down: "bad",
};

const verdict = ({ uplink, family, one }: Place): Line => {
  const degraded = isDegraded(one);
  const tone = isLacking(uplink, family)
    ? "faint"
    : degraded && one.verdict === "up"
      ? "doubt"
      : VERDICT_TONES[one.verdict];
  return [span(degraded ? `${one.verdict}, degraded` : one.verdict, tone), span(` ${age(one.sinceMs)}`, "faint")];
};

const isDetailed = ({ detail, one, role, uplink, family }: Place): boolean => {
  if (detail !== "notable") return detail === "all";
  const fine = one.verdict === "up" && !isDegraded(one) && one.complaints.length === 0;
  return role === "in doubt" || role === "stands in" || !(fine || isLacking(uplink, family));
};

const details = (place: Place): readonly Line[] => {
  const { reason, complaints } = place.one;
  const parts = [
    ...roleWords(place),
    reason,
    ...holdWords(place),
    ...complaints,
    ...gatewayWords(place),
    ...methodWords(place),
  ];
  const line = [span(" ".repeat(INDENT)), span(parts.join(" · "), "faint")];
  return place.wraps ? wrap(line, { width: place.width, indent: INDENT }) : [clip(line, place.width)];
};

const roleWords = ({ role, status, family, uplink, one }: Place): readonly string[] => {
  switch (role) {
    case "carries":
      return [one.verdict === "down" ? "keeps the routes" : "carries traffic"];
    case "stands in":
      return ["takes new flows for now"];
    case "in doubt":
      return ["keeps running flows"];
    case "drains":
      return [`running flows may stay for ${remainder(drainLeftMs(status.families[family], uplink.name))}`];
    case "idle":
      return one.verdict === "up" ? ["stands by"] : [];
  }
};

const holdWords = ({ one }: Place): readonly string[] =>
  one.verdict === "hold-down" ? [`${remainder(one.holdLeftMs)} left`] : [];

/** Where the family's address is from, if the daemon sees to it. */
const methodWords = ({ one: { method, dhcp, addresses } }: Place): readonly string[] => {
  if (dhcp === undefined) return method === "static" ? [`static ${addresses.join(", ")}`.trimEnd()] : [];
  const { lease, prefix } = dhcp;
  return [
    lease === null && prefix === undefined ? "no DHCP lease yet" : "",
    lease === null ? "" : `DHCP ${lease.address}${lenderWords(lease)}, ${remainder(lease.leftMs)} left`,
    prefix === undefined ? "" : `prefix ${prefix.prefix}, ${remainder(prefix.leftMs)} left`,
  ].filter((part) => part !== "");
};

const lenderWords = ({ server }: { readonly server: string | null }): string =>
  server === null ? "" : ` from ${server}`;

const gatewayWords = ({ one }: Place): readonly string[] => (one.gateway === null ? [] : [`gateway ${one.gateway}`]);
