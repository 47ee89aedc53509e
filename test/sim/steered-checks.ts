import { FAMILIES, type Family } from "../../src/core/family.ts";
import type { State } from "../../src/core/state.ts";
import type { FakeKernel } from "./kernel.ts";
import { lookup, newFlow, type Packet, type Way } from "./lookup.ts";
import { blindMs, insist, linksOf, linksText, sameLinks } from "./promise.ts";
import { STEERED_INPUT } from "./scenario.ts";
import type { Truth } from "./truth.ts";
import type { World } from "./world.ts";

/** In the kernel, what is steered goes where it was decided. */
export const checkSteeredFlows = (state: State, kernel: FakeKernel, family: Family): void => {
  const [ours] = state.families[family].steered;
  if (ours === undefined || ours === null) return;
  const way = lookup(kernel, steeredFlow(family));
  if (ours.refused) insist(way === "unreachable", () => `${family} takes ${linksText(way)}, though refused`);
  else if (ours.over === null) checkLikeTheRest(kernel, family);
  else {
    const path = state.uplinks.find(({ settings }) => settings.name === ours.over)?.families[family]?.path;
    insist(sameLinks(way, linksOf(path)), () => `${family} steered over ${ours.over} leaves by ${linksText(way)}`);
  }
};

const checkLikeTheRest = (kernel: FakeKernel, family: Family): void => {
  const [way, rest] = [lookup(kernel, steeredFlow(family)), lookup(kernel, newFlow(family))].map(linksText);
  insist(way === rest, () => `${family} steered leaves by ${way}, the rest by ${rest}`);
};

const steeredFlow = (family: Family): Packet => ({ ...newFlow(family), lan: { input: STEERED_INPUT, port: 443 } });

/** What is steered doesn't stay with a dead uplink while another that it may take works. */
export const checkSteeredAlive = ({ conditions, site }: World, truth: Truth): void => {
  const { uplinks, steering } = conditions.settings;
  const [rule] = steering;
  if (rule === undefined) return;
  const allowed = uplinks.filter(({ name }) => rule.otherwise === "default" || rule.over.includes(name));
  for (const family of FAMILIES) {
    const way = lookup(site.kernel(), steeredFlow(family));
    const taken = uplinks.find(({ name }) => isOver(way, site.wire(name).link));
    if (taken === undefined) continue;
    const limit = blindMs(taken);
    const better = allowed.find((one) => one !== taken && truth.forMs(one.name, family, "good") > limit);
    const isDead = truth.forMs(taken.name, family, "dead") > limit;
    insist(
      !isDead || better === undefined,
      () => `${family} steered stays on ${taken.name}, though ${better?.name} works`,
    );
  }
};

const isOver = (way: Way, link: number | null): boolean =>
  typeof way !== "string" && way.some((hop) => hop.link === link);
