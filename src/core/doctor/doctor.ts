import { ADDRESS_CHECKS } from "./address-checks.ts";
import { ADDRESSING_CHECKS } from "./addressing-checks.ts";
import { DESTINATION_CHECKS } from "./destination-checks.ts";
import type { MachineFacts } from "./facts.ts";
import type { Check, Finding, Topic } from "./finding.ts";
import { FIREWALL_CHECKS } from "./firewall-checks.ts";
import { FORWARDING_CHECKS } from "./forwarding-checks.ts";
import { OTHER_PROGRAM_CHECKS } from "./manager-checks.ts";
import { PROGRAM_CHECKS } from "./program-checks.ts";
import { ROUTE_CHECKS } from "./route-checks.ts";
import { RULE_CHECKS } from "./rule-checks.ts";
import { SYSCTL_CHECKS } from "./sysctl-checks.ts";
import { TRANSLATION_CHECKS } from "./translation-checks.ts";
import { UPLINK_CHECKS } from "./uplink-checks.ts";

/** In the order in which they are shown. */
const CHECKS: readonly Check[] = [
  ...PROGRAM_CHECKS,
  ...FORWARDING_CHECKS,
  ...SYSCTL_CHECKS,
  ...UPLINK_CHECKS,
  ...ADDRESSING_CHECKS,
  ...ADDRESS_CHECKS,
  ...ROUTE_CHECKS,
  ...DESTINATION_CHECKS,
  ...RULE_CHECKS,
  ...FIREWALL_CHECKS,
  ...TRANSLATION_CHECKS,
  ...OTHER_PROGRAM_CHECKS,
];

/** What became of one check. */
export interface Outcome {
  readonly topic: Topic;
  /** What was examined. */
  readonly title: string;
  /** Empty: all is well. */
  readonly findings: readonly Finding[];
}

/** What every check says that had something to examine. Pure; never throws. */
export const diagnose = (facts: MachineFacts): readonly Outcome[] =>
  CHECKS.flatMap(({ topic, title, examine: ask }) => {
    const findings = ask(facts);
    return findings === null ? [] : [{ topic, title, findings }];
  });

/** All that is wrong, or good to know, about this machine. Pure; never throws. */
export const examine = (facts: MachineFacts): readonly Finding[] => diagnose(facts).flatMap(({ findings }) => findings);
