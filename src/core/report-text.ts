import type { Verdict } from "./detector/detector.ts";
import { type Family, familyName } from "./family.ts";
import { refusalText } from "./kernel/refusal.ts";
import { shaperText } from "./kernel/shaping.ts";
import type { Rehearsed } from "./rehearsal.ts";
import type { Report, SwitchKind } from "./report.ts";
import { portalText } from "./target/target-note.ts";
import { usageText } from "./usage.ts";
import { list } from "./words.ts";

/** How much a report matters: error needs somebody, info is what one wants to read later. */
export type Importance = "error" | "info" | "debug";

/** What is told of a report. */
interface ReportText {
  readonly importance: Importance;
  readonly text: string;
}

/** A report in one sentence. Never throws. */
export const reportText = (report: Report): ReportText => {
  switch (report.kind) {
    case "verdict-changed":
      return {
        importance: isPassing(report) ? "debug" : "info",
        text: `${placeName(report)} is ${STATES[report.to]}: ${report.reason}`,
      };
    case "portal-found":
      return info(`${placeName(report)} ${portalText(report.by)}`);
    case "portal-gone":
      return info(`${placeName(report)} shows no login page any more`);
    case "switched":
      return info(switchText(report));
    case "diverted":
      return info(`${familyName(report.family)}: new flows take ${list(report.to)} for now; ${report.reason}`);
    case "returned":
      return info(`${familyName(report.family)}: new flows take ${list(report.to)} again; ${report.reason}`);
    case "offline":
      return error(`No uplink works: ${report.reason}`);
    case "online":
      return error(`An uplink works again: ${placeName(report)} ${report.reason}`);
    case "client-news":
      return { importance: report.importance, text: `${placeName(report)} DHCP: ${report.text}` };
    case "kernel-mended":
      return info(`Somebody changed what is ours; restored ${report.what}${more(report.edits)}`);
    case "rehearsed":
      return { importance: report.problems.length === 0 ? "info" : "error", text: rehearsalText(report) };
    case "cap-reached":
      return {
        importance: report.step < 100 ? "info" : "error",
        text: `${report.uplink} has used ${usageText(report.usage)}`,
      };
    case "shaped":
      return { importance: report.problem === null ? "info" : "error", text: shaperText(report) };
    case "script-failed":
      return error(`The script ${report.path} failed: ${report.problem}`);
    case "edit-failed":
      return error(refusalText(report));
  }
};

/** How a rehearsal went, in a sentence. Never throws. */
export const rehearsalText = ({ uplink, problems }: Pick<Rehearsed, "uplink" | "problems">): string =>
  problems.length === 0
    ? `The rehearsal of a failover to ${uplink} has passed`
    : `The rehearsal of a failover to ${uplink} has failed: ${problems.join("; ")}`;

const info = (text: string): ReportText => ({ importance: "info", text });

const error = (text: string): ReportText => ({ importance: "error", text });

const placeName = ({ uplink, family }: { uplink: string; family: Family }): string => `${uplink} ${familyName(family)}`;

/** A suspicion, and its end without a failure: the divert that may follow is told by itself. */
const isPassing = ({ from, to }: { from: Verdict; to: Verdict }): boolean =>
  to === "suspect" || (from === "suspect" && to === "up");

const STATES: Readonly<Record<Verdict, string>> = {
  unknown: "not decided yet",
  up: "up",
  suspect: "suspect",
  down: "down",
  "hold-down": "in hold-down",
};

const VERBS: Readonly<Record<SwitchKind, string>> = {
  chosen: "start",
  failover: "failover",
  failback: "failback",
  rebalanced: "sharing changed",
  ordered: "by order",
};

const switchText = ({
  family,
  how,
  from,
  to,
  reason,
}: {
  family: Family;
  how: SwitchKind;
  from: readonly string[];
  to: readonly string[];
  reason: string;
}): string =>
  `${familyName(family)} ${VERBS[how]}: ${from.length === 0 ? "" : `from ${list(from)} `}to ${list(to)}; ${reason}`;

const more = (edits: number): string => (edits > 3 ? ` and ${edits - 3} more` : "");
