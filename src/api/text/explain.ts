import { FAMILIES, type Family, familyName } from "../../core/family.ts";
import { list } from "../../core/words.ts";
import { isAbsent, isDegraded, isServed, type Status, type UplinkFamilyStatus, type UplinkStatus } from "./reading.ts";
import { age, otherName, remainder, sentence } from "./words.ts";

/** Why each family's traffic goes where it goes, a paragraph each, and what else matters. Pure; never throws. */
export const explain = (status: Status): readonly string[] =>
  [...general(status), ...perFamily(status)].flatMap((sentences) =>
    sentences.length === 0 ? [] : [sentences.map(sentence).join(" ")],
  );

const general = ({ online, summary, pin, test, problems }: Status): readonly (readonly string[])[] => [
  online ? [] : [summary],
  test === null
    ? []
    : [
        `A test forces traffic onto ${test.uplink} for another ${remainder(test.leftMs)}; \`wan-failover failback\` ends it sooner`,
      ],
  pin === null ? [] : [`${pin} is pinned by hand; \`wan-failover use auto\` lets the policy decide again`],
  problems,
];

/** Most often both families fare alike, and need not be told apart. */
const perFamily = (status: Status): readonly (readonly string[])[] => {
  const [one, other] = FAMILIES.map((family) => sentencesOf(status, { family, called: "IPv4 and IPv6" }));
  if (one !== undefined && one.join() === other?.join()) return [one];
  return FAMILIES.map((family) => sentencesOf(status, { family, called: familyName(family) }));
};

interface Subject {
  readonly family: Family;
  /** What the sentences call it. */
  readonly called: string;
}

const sentencesOf = (status: Status, subject: Subject): readonly string[] => {
  const { family, called } = subject;
  if (isAbsent(status, family)) return [`No uplink has ${familyName(family)}`];
  const { active } = status.families[family];
  if (active.length === 0) return [`No uplink was chosen for ${called} yet`, ...members(status, family).map(howIs)];
  return [
    ...way(status, subject),
    ...doubt(status, family),
    ...portal(status, family),
    ...divert(status, family),
    ...preferred(status, family),
    ...waiting(status, family),
    ...successor(status, family),
    ...drains(status, family),
  ];
};

const way = (status: Status, subject: Subject): readonly string[] => {
  const { active, sinceMs, reason } = status.families[subject.family];
  if (!isServed(status, subject.family)) return stranded(status, subject);
  return [`${subject.called} traffic has taken ${list(active)} for ${age(sinceMs)}: ${reason}`];
};

/** An uplink in use that isn't up, and that nothing takes new flows from. */
const doubt = (status: Status, family: Family): readonly string[] => {
  const { active, diverted } = status.families[family];
  return diverted || !isServed(status, family)
    ? []
    : members(status, family)
        .filter(({ uplink, one }) => active.includes(uplink.name) && one.verdict !== "up")
        .map(howIs);
};

/** A login page on an uplink in use. */
const portal = (status: Status, family: Family): readonly string[] =>
  members(status, family)
    .filter(({ uplink, one }) => status.families[family].active.includes(uplink.name) && one.degraded.portal)
    .map(({ uplink, one }) => `${uplink.name} ${one.reason}`);

/** Nothing works: what was chosen once no longer tells why. */
const stranded = (status: Status, { family, called }: Subject): readonly string[] => {
  const { active, sinceMs, refused } = status.families[family];
  return [
    refused
      ? `No uplink works in ${called}, so that it is refused at once and clients take ${otherName(family)}`
      : `${called} traffic stays on ${list(active)}, where it has been for ${age(sinceMs)}, as nothing else works`,
    ...members(status, family)
      .filter(({ uplink }) => active.includes(uplink.name))
      .map(howIs),
  ];
};

const divert = (status: Status, family: Family): readonly string[] => {
  const { active, carrying, diverted } = status.families[family];
  if (!diverted) return [];
  const doubts = members(status, family)
    .filter(({ uplink }) => active.includes(uplink.name))
    .map(howIs);
  return [
    `At this moment new flows take ${list(carrying)}, because ${list(doubts)}`,
    `Running flows stay on ${list(active)}, and new ones return as soon as it answers`,
  ];
};

interface Member {
  readonly uplink: UplinkStatus;
  readonly one: UplinkFamilyStatus;
}

/** The uplinks that take part in a family. */
const members = ({ uplinks }: Status, family: Family): readonly Member[] =>
  uplinks.flatMap((uplink) => {
    const one = uplink.families[family];
    return one === null ? [] : [{ uplink, one }];
  });

/** The uplinks that are preferred to those in use. */
const better = (status: Status, family: Family): readonly Member[] => {
  const all = members(status, family);
  const { active } = status.families[family];
  const tier = Math.min(...all.filter(({ uplink }) => active.includes(uplink.name)).map(({ uplink }) => uplink.tier));
  return all.filter(({ uplink }) => uplink.tier < tier);
};

/** Why each better uplink is not in use. */
const preferred = (status: Status, family: Family): readonly string[] => {
  const { waiting: why, reason } = status.families[family];
  return better(status, family)
    .filter(({ one }) => why === null || one.verdict !== "up" || isDegraded(one))
    .map((member) => (reason.includes(member.one.reason) ? shortWhyNot(member) : whyNot(member)));
};

/** Where the reason was told already. */
const shortWhyNot = (member: Member): string => whyNot(member).replace(`: ${member.one.reason}`, "");

const howIs = ({ uplink, one: { verdict, reason } }: Member): string =>
  `${uplink.name} is ${verdict === "hold-down" ? "in hold-down" : verdict}: ${reason}`;

const whyNot = ({ uplink: { name }, one }: Member): string => {
  if (one.verdict === "hold-down")
    return `${name} is preferred, but held down for another ${remainder(one.holdLeftMs)}: ${one.reason}`;
  if (one.verdict === "up" && isDegraded(one)) return `${name} is preferred, but degraded: ${one.reason}`;
  if (one.verdict === "up") return `${name} is preferred, and has worked for ${age(one.sinceMs)}`;
  return `${name} is preferred, but has been ${one.verdict} for ${age(one.sinceMs)}: ${one.reason}`;
};

const waiting = (status: Status, family: Family): readonly string[] => {
  const { waiting: why, holdLeftMs } = status.families[family];
  if (why === null || !isServed(status, family)) return [];
  const hold = holdLeftMs > 0 ? ` for another ${remainder(holdLeftMs)}` : "";
  const isReady = better(status, family).some(({ one }) => one.verdict === "up");
  return [`${why}${hold}${isReady ? "; `wan-failover failback` goes back now" : ""}`];
};

const successor = (status: Status, family: Family): readonly string[] => {
  const { active, diverted } = status.families[family];
  if (diverted) return [];
  const ready = members(status, family)
    .filter(({ uplink, one }) => one.verdict === "up" && !active.includes(uplink.name))
    .sort((a, b) => order(a) - order(b))[0];
  if (ready === undefined) return ["No other uplink could take over", ...others(status, family)];
  return [`Should ${active.length === 1 ? "it" : "they"} fail, ${ready.uplink.name} takes over`];
};

/** The degraded come last. A tier is far below 1000. */
const order = ({ uplink, one }: Member): number => (one.degraded.loss || one.degraded.portal ? 1000 : 0) + uplink.tier;

/** What is wrong with the uplinks that are neither in use nor preferred. */
const others = (status: Status, family: Family): readonly string[] => {
  const { active } = status.families[family];
  const told = preferred(status, family);
  return members(status, family)
    .filter((member) => !active.includes(member.uplink.name) && !told.some((text) => whyNot(member).startsWith(text)))
    .map(howIs);
};

const drains = (status: Status, family: Family): readonly string[] =>
  status.families[family].drains.map(
    ({ uplink, leftMs }) => `Flows that began on ${uplink} may stay there for ${remainder(leftMs)}`,
  );
