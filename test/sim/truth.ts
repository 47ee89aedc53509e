import { FAMILIES, type Family } from "../../src/core/family.ts";
import { PROTOCOL } from "../../src/core/kernel/kernel.ts";
import type { UplinkSettings } from "../../src/core/settings.ts";
import { targetText } from "../../src/core/target/target.ts";
import type { FakeKernel } from "./kernel.ts";
import { isOpen, type Wire } from "./wire.ts";
import type { World } from "./world.ts";

/** What a line really is, whatever the daemon thinks. */
export type Condition = "good" | "poor" | "dead";

/** How the lines really are, and since when. */
export interface Truth {
  /** Looks at the lines as they are now. */
  look(): void;
  /** For how long a line has been so, ms; 0 if it isn't. */
  forMs(uplink: string, family: Family, condition: Condition): number;
  /** For how long no line has changed its condition, ms. */
  steadyMs(): number;
}

interface Standing {
  readonly condition: Condition;
  readonly since: number;
}

/** Watches a world's lines. */
export const openTruth = (world: World): Truth => {
  const standings = new Map<string, Standing>();
  let changedAt = world.agenda.now();
  let seenKernel: FakeKernel | null = null;
  let seenHappenings = -1;
  const look = (): void => {
    if (seenKernel === world.site.kernel() && seenHappenings === world.conditions.happenings) return;
    seenKernel = world.site.kernel();
    seenHappenings = world.conditions.happenings;
    for (const uplink of world.conditions.settings.uplinks) {
      for (const family of FAMILIES) {
        const key = `${uplink.name} ${family}`;
        const condition = conditionOf(world, uplink, family);
        if (standings.get(key)?.condition === condition) continue;
        changedAt = world.agenda.now();
        standings.set(key, { condition, since: changedAt });
      }
    }
  };
  const forMs = (uplink: string, family: Family, condition: Condition): number => {
    const standing = standings.get(`${uplink} ${family}`);
    return standing?.condition === condition ? world.agenda.now() - standing.since : 0;
  };
  return { look, forMs, steadyMs: () => world.agenda.now() - changedAt };
};

const conditionOf = ({ site }: World, uplink: UplinkSettings, family: Family): Condition => {
  const wire = site.wire(uplink.name);
  const lost = wire.lossOut + wire.lossIn;
  const targets = uplink.families[family].targets.filter((target) => !site.dead.has(targetText(target)));
  const hasAddress = site.kernel().addresses.some((one) => one.link === wire.link && one.family === family);
  if (!isOpen(wire, family) || !hasAddress || targets.length === 0 || lost >= 0.9) return "dead";
  const clean = wire.renamed === 0 && lost < 0.02 && wire.delayMs < 500 && targets.length > 1;
  return clean && isAnnounced(site.kernel(), wire, family) ? "good" : "poor";
};

/** Somebody tells of the gateway that the line has; a gateway that was told of before may work without. */
const isAnnounced = (kernel: FakeKernel, { link, settings, leases }: Wire, family: Family): boolean =>
  settings.pointToPoint ||
  kernel.routes.some(
    (route) =>
      route.family === family &&
      route.protocol !== PROTOCOL &&
      route.hops.some((hop) => hop.link === link && hop.gateway === leases[family]?.gateway),
  );
