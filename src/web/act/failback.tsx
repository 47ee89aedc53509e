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
  const to = list(preferred(status));
  if (status.test !== null)
    return `The test of ${status.test.uplink} ends now. New connections take ${to} again; running ones end where they are.`;
  return `New connections take ${to} again without waiting any longer; what runs over ${from} ends there. Neither the hold nor the script that allows a failback is asked.`;
};

const whyNot = (status: Status): string | null => {
  if (status.test !== null) return null;
  if (status.pin !== null) return `${status.pin} is pinned. Lift that first.`;
  const { active } = status.families[mainFamily(status)];
  return active.some((name) => preferred(status).includes(name))
    ? `Traffic takes ${list(active)}, the preferred uplink: there is nothing to go back to.`
    : null;
};
