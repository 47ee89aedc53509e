import type { JSX } from "preact";
import type { OrderAnswer } from "../../api/contract.ts";
import { PATHS } from "../../api/paths.ts";
import type { Status } from "../../core/status.ts";
import { ask } from "../server/request.ts";
import { list } from "../word/format.ts";
import { mainFamily, preferred } from "../word/verdict.ts";
import { Action } from "./action.tsx";

/** Ends a test, or a hold. */
export const Failback = ({ status }: { readonly status: Status }): JSX.Element => (
  <Action
    title="Go back now"
    will={willOf(status)}
    button="Go back now"
    not={whyNot(status)}
    act={() => ask<OrderAnswer>({ path: PATHS.failback, body: {} })}
  />
);

const willOf = (status: Status): string => {
  const from = list(status.families[mainFamily(status)].active);
  if (status.test !== null)
    return `The test of ${status.test.uplink} ends now. New connections take ${list(preferred(status))} again; running ones end where they are.`;
  return `New connections take ${list(betterOf(status))} again without waiting any longer; what runs over ${from} ends there. Neither the hold nor the script that allows a failback is asked.`;
};

const whyNot = (status: Status): string | null => {
  if (status.test !== null) return null;
  if (status.pin !== null) return `${status.pin} is pinned. Lift that first.`;
  if (betterOf(status).length > 0) return null;
  const { active } = status.families[mainFamily(status)];
  return active.some((name) => preferred(status).includes(name))
    ? `Traffic takes ${list(active)}, as it should: there is nothing to go back to.`
    : `${list(preferred(status))} must work first: there is nothing to go back to yet.`;
};

/** The best uplinks that are up, if they are better than those that are used. */
const betterOf = (status: Status): readonly string[] => {
  const family = mainFamily(status);
  const { active } = status.families[family];
  const used = status.uplinks.filter(({ name }) => active.includes(name)).map(({ tier }) => tier);
  const better = status.uplinks.filter(
    ({ tier, families }) => tier < Math.min(...used) && families[family]?.verdict === "up",
  );
  const best = Math.min(...better.map(({ tier }) => tier));
  return better.filter(({ tier }) => tier === best).map(({ name }) => name);
};
