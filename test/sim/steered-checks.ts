import { FAMILIES, type Family } from "../../src/core/family.ts";
import { steered } from "../../src/core/policy/steer.ts";
import type { State } from "../../src/core/state.ts";
import type { FakeKernel } from "./kernel.ts";
import { lookup, newFlow, type Packet } from "./lookup.ts";
import { blindMs, insist, linksOf, linksText, sameLinks } from "./promise.ts";
import { STEERED_INPUT } from "./scenario.ts";
import type { Truth } from "./truth.ts";
import type { World } from "./world.ts";

/** In the kernel, what is steered goes where it was decided. */
export const checkSteeredFlows = (state: State, kernel: FakeKernel, family: Family): void => {
  const [ours] = steered(state, family);
  if (ours === undefined || ours === null) return;
  const way = lookup(kernel, steeredFlow(family));
  if (ours === "refused") insist(way === "unreachable", () => `${family} takes ${linksText(way)}, though refused`);
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

/** Nor does what is steered, while another uplink that it may take works. */
export const checkSteeredAlive = (world: World, truth: Truth): void => {
  const { uplinks, steering } = world.conditions.settings;
  const limit = Math.max(...uplinks.map(blindMs));
  for (const family of FAMILIES) {
    const way = lookup(world.site.kernel(), steeredFlow(family));
    if (steering.length === 0 || typeof way === "string") continue;
    const works = (name: string, condition: "dead" | "good"): boolean => truth.forMs(name, family, condition) > limit;
    const named = uplinks.filter(({ name }) => steering[0]?.over.includes(name));
    const taken = named.find(({ name }) => way.some((hop) => hop.link === world.site.wire(name).link));
    const better = named.find((one) => one !== taken && works(one.name, "good"));
    insist(
      taken === undefined || better === undefined || !works(taken.name, "dead"),
      () => `${family} steered stays on ${taken?.name} although ${better?.name} works`,
    );
  }
};
