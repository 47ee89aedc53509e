import { type FamilyStatus, isAbsent, isServed, type Status } from "../api/text/reading.ts";
import { age, otherName, remainder } from "../api/text/words.ts";
import { FAMILIES, type Family, familyName } from "../core/family.ts";
import { list } from "../core/words.ts";
import { BLANK, type Line, span, type Tone, wrap } from "./line.ts";
import { type Detail, uplinkLines } from "./render-uplink.ts";

/** How to draw a status. */
export interface StatusView {
  /** Columns, from 1. */
  readonly width: number;
  readonly detail: Detail;
  /** Whether empty lines part the uplinks. */
  readonly airy: boolean;
  /** Whether what is too long goes on in the next row, rather than being cut. */
  readonly wraps: boolean;
}

/** The whole of a status: the gist, each family's way out, each uplink. Pure; never throws. */
export const statusLines = (status: Status, view: StatusView): readonly Line[] => {
  const gap = view.airy ? [BLANK] : [];
  return [
    ...wrap(gist(status), { width: view.width, indent: 2 }),
    ...gap,
    ...FAMILIES.flatMap((family) => familyLines(status, { family, width: view.width })),
    ...notices(status).flatMap((line) => wrap(line, { width: view.width, indent: INDENT })),
    ...status.uplinks.flatMap((uplink) => [...gap, ...uplinkLines(uplink, { ...view, status })]),
  ];
};

const INDENT = 6;

const gist = (status: Status): Line => {
  const tone = toneOf(status);
  return [span("● ", tone), span(status.summary, tone === "good" ? "strong" : tone)];
};

const toneOf = ({ online, families, problems }: Status): Tone => {
  if (!online) return "bad";
  const moved = FAMILIES.some((family) => families[family].diverted || families[family].waiting !== null);
  return moved || problems.length > 0 ? "doubt" : "good";
};

const familyLines = (status: Status, { family, width }: { family: Family; width: number }): readonly Line[] => {
  const head = span(`${familyName(family)}  `);
  if (isAbsent(status, family)) return [[head, span("no uplink has it", "faint")]];
  const one = status.families[family];
  const [first = [], ...others] = [wayOut(status, family), ...remarks(one)];
  return [[head, ...first], ...others.map((line) => [span(" ".repeat(INDENT)), ...line])].flatMap((line) =>
    wrap(line, { width, indent: INDENT }),
  );
};

/** Who carries the family's traffic; the reason only where it still holds and the gist doesn't say it already. */
const wayOut = (status: Status, family: Family): Line => {
  const { active, carrying, diverted, sinceMs, reason, refused } = status.families[family];
  if (refused)
    return [span(`no uplink works in it: it is refused at once, and clients take ${otherName(family)}`, "bad")];
  if (active.length === 0) return [span("no uplink chosen yet", "faint")];
  const head = [span(list(active), "strong"), span(` for ${age(sinceMs)}`, "faint")];
  if (diverted) return [...head, span(`; new flows take ${list(carrying)}`, "doubt")];
  if (!isServed(status, family))
    return [...head, span(active.length === 1 ? ", but it is down" : ", but they are down", "bad")];
  return reason === "" || status.summary.includes(reason) ? head : [...head, span(`: ${reason}`, "faint")];
};

const remarks = (one: FamilyStatus): readonly Line[] => [
  ...waiting(one),
  ...one.drains.map(({ uplink, leftMs }) => [
    span(`running flows may stay on ${uplink} for ${remainder(leftMs)}`, "faint"),
  ]),
];

const waiting = ({ waiting: why, holdLeftMs }: FamilyStatus): readonly Line[] => {
  const left = holdLeftMs > 0 ? `${remainder(holdLeftMs)} left` : "";
  if (why !== null) return [[span(left === "" ? why : `${why}, ${left}`, "doubt")]];
  return left === "" ? [] : [[span(`hold, ${left}`, "faint")]];
};

const notices = ({ pin, test, rehearsal, steering = [], problems }: Status): readonly Line[] => [
  ...(test === null
    ? []
    : [
        [
          span(`Test  ${test.uplink} for another ${remainder(test.leftMs)}; `, "doubt"),
          span("`wan-failover failback` ends it", "faint"),
        ],
      ]),
  ...(pin === null
    ? []
    : [[span(`Pin   ${pin}, by hand; `, "doubt"), span("`wan-failover use auto` lifts it", "faint")]]),
  ...(rehearsal === undefined ? [] : [rehearsalLine(rehearsal)]),
  ...steering.map((one) => [span(`Steer ${one.name} `, "plain"), span(one.summary, steeringTone(one))]),
  ...problems.map((problem) => [span("!     ", "bad"), span(problem, "bad")]),
];

const steeringTone = ({ families }: NonNullable<Status["steering"]>[number]): Tone => {
  const ways = FAMILIES.flatMap((family) => families[family] ?? []);
  if (ways.some(({ refused }) => refused)) return "bad";
  return ways.some(({ over }) => over === null) ? "doubt" : "faint";
};

const rehearsalLine = ({ uplink, ageMs, problems }: NonNullable<Status["rehearsal"]>): Line => {
  const head = `Rehearsal of a failover to ${uplink}, ${age(ageMs)} ago: `;
  return problems.length === 0
    ? [span(head, "faint"), span("passed", "good")]
    : [span(head, "faint"), span(problems.join("; "), "bad")];
};
