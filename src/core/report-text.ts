import type { Verdict } from "./detector/detector.ts";
import type { Family } from "./family.ts";
import { familyName } from "./path.ts";
import { list } from "./policy.ts";
import type { Report, SwitchKind } from "./report.ts";
import { portalText } from "./target-note.ts";

/** How much a report matters: error needs somebody, info is what one wants to read later. */
export type Importance = "error" | "info" | "debug";

/** A report in one sentence. Never throws. */
export const reportText = (report: Report): { readonly importance: Importance; readonly text: string } => {
  switch (report.kind) {
    case "verdict-changed":
      return {
        importance: isPassing(report) ? "debug" : "info",
        text: `${report.uplink} ${familyName(report.family)} is ${STATES[report.to]}: ${report.reason}`,
      };
    case "portal-found":
      return { importance: "info", text: `${report.uplink} ${familyName(report.family)} ${portalText(report.by)}` };
    case "portal-gone":
      return { importance: "info", text: `${report.uplink} ${familyName(report.family)} shows no login page any more` };
    case "switched":
      return { importance: "info", text: switchText(report) };
    case "diverted":
      return {
        importance: "info",
        text: `${familyName(report.family)}: new flows take ${list(report.to)} for now; ${report.reason}`,
      };
    case "returned":
      return {
        importance: "info",
        text: `${familyName(report.family)}: new flows take ${list(report.to)} again; ${report.reason}`,
      };
    case "offline":
      return { importance: "error", text: `No uplink works: ${report.reason}` };
    case "online":
      return {
        importance: "error",
        text: `An uplink works again: ${report.uplink} ${familyName(report.family)} ${report.reason}`,
      };
    case "kernel-mended":
      return {
        importance: "info",
        text: `Somebody changed what is ours; restored ${report.what}${more(report.edits)}`,
      };
    case "script-failed":
      return { importance: "error", text: `The script ${report.path} failed: ${report.problem}` };
    case "edit-failed":
      return { importance: "error", text: `The kernel refused ${report.what}: ${report.message}` };
  }
};

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
