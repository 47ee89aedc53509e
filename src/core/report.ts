import type { Verdict } from "./detector/detector.ts";
import type { Family } from "./family.ts";
import type { CapStep, Usage } from "./usage.ts";

/** What kind of switch it was. */
export type SwitchKind =
  /** The first choice after a start without a predecessor. */
  | "chosen"
  /** The active uplink failed or is degraded. */
  | "failover"
  /** Back to a better tier. */
  | "failback"
  /** An uplink of the same tier joined or left. */
  | "rebalanced"
  /** An order by hand, a test, or the end of one. */
  | "ordered";

/** Something that people may want to know. */
export type Report =
  | {
      readonly kind: "verdict-changed";
      readonly uplink: string;
      readonly family: Family;
      readonly from: Verdict;
      readonly to: Verdict;
      readonly reason: string;
    }
  /** A captive portal answers in a target's place. `by`: how that shows. */
  | { readonly kind: "portal-found"; readonly uplink: string; readonly family: Family; readonly by: string }
  | { readonly kind: "portal-gone"; readonly uplink: string; readonly family: Family }
  | {
      readonly kind: "switched";
      readonly family: Family;
      readonly how: SwitchKind;
      readonly from: readonly string[];
      readonly to: readonly string[];
      readonly reason: string;
    }
  | {
      readonly kind: "diverted";
      readonly family: Family;
      readonly from: readonly string[];
      readonly to: readonly string[];
      readonly reason: string;
    }
  | {
      readonly kind: "returned";
      readonly family: Family;
      readonly to: readonly string[];
      readonly reason: string;
    }
  /** The last uplink of all has failed. `reason`: what is wrong with each. */
  | { readonly kind: "offline"; readonly reason: string }
  /** The first one has returned. */
  | { readonly kind: "online"; readonly uplink: string; readonly family: Family; readonly reason: string }
  | ClientNews
  /** A failover was rehearsed. `problems`: what was wrong, a clause each. */
  | { readonly kind: "rehearsed"; readonly uplink: string; readonly problems: readonly string[] }
  /** An uplink has used so much (percent) of its cap. */
  | {
      readonly kind: "cap-reached";
      readonly uplink: string;
      readonly step: CapStep;
      readonly usage: Usage;
    }
  /** Someone changed what is ours, and it was put right. */
  | { readonly kind: "kernel-mended"; readonly edits: number; readonly what: string }
  /** A script couldn't be run to its end, or ended with an error. */
  | { readonly kind: "script-failed"; readonly path: string; readonly problem: string }
  /** An uplink's upload is shaped, or isn't. `problem`: why not by CAKE, or not at all. */
  | {
      readonly kind: "shaped";
      readonly uplink: string;
      readonly by: "cake" | "htb" | null;
      readonly problem: string | null;
    }
  /** The kernel refused an edit. */
  | { readonly kind: "edit-failed"; readonly what: string; readonly message: string };

/** About an uplink's DHCP client. */
export interface ClientNews {
  readonly kind: "client-news";
  readonly uplink: string;
  readonly family: Family;
  readonly text: string;
  /** As in the log. */
  readonly importance: "info" | "debug";
}
