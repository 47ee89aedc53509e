import { FAULTS, type FaultName } from "../faults.ts";
import { explanationOf, OFFERED, WORDS } from "./breakage.ts";
import type { DemoModel } from "./model.ts";
import type { Session } from "./session.ts";

/** What the page shows of the lab: what can be broken, and what is. */
export interface DemoFaults {
  readonly uplinks: readonly { readonly name: string; readonly interface: string }[];
  readonly faults: readonly DemoFault[];
  readonly broken: readonly { readonly fault: string; readonly uplink: string | null }[];
}

export interface DemoFault {
  readonly fault: string;
  /** On a button. */
  readonly name: string;
  readonly does: string;
  /** Whether it is an uplink's, or the whole lab's. */
  readonly ofUplink: boolean;
}

/** Breaks what works, mends what is broken; `heal` mends everything. */
export type DemoOrder = { readonly fault: string; readonly uplink: string } | { readonly heal: true };

/** Pure. */
export const demoFaults = ({ uplinks, broken }: Pick<DemoModel, "uplinks" | "broken">): DemoFaults => ({
  uplinks: uplinks.map(({ name, interface: device }) => ({ name, interface: device })),
  faults: OFFERED.map((fault) => ({
    fault,
    name: WORDS[fault].key,
    does: explanationOf(fault),
    ofUplink: FAULTS[fault].concerns === "uplink",
  })),
  broken,
});

/** Carries out what the page asks for; what makes no sense is left. */
export const obeyPage = async (session: Session, order: DemoOrder): Promise<void> => {
  if ("heal" in order) return session.heal();
  const { uplinks } = session.model();
  const fault = OFFERED.find((name): name is FaultName => name === order.fault);
  const index = uplinks.findIndex((uplink) => uplink.interface === order.uplink);
  if (fault === undefined || index < 0) return;
  session.choose(index);
  await session.toggle(fault);
};
