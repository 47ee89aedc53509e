import { ADOPTED_METRIC } from "../path/path.ts";
import { type Edit, type KernelState, MAIN_TABLE, PROTOCOL, type Route } from "./kernel.ts";
import { hasSameMetric, plan, sameRoute } from "./plan.ts";

/** The highest metric that a foreign default could have had when it was displaced: one less than the number of uplinks allows. */
const MOST_DISPLACED = 64;

/**
 * What brings the kernel back to how it was before us: foreign defaults get their metrics back before ours go.
 * To be repeated upon a new reading until it is empty. Pure; never throws.
 */
export const resetEdits = (kernel: KernelState, originalSysctls: Readonly<Record<string, string>>): readonly Edit[] => {
  const copies = kernel.routes.filter(isCopy);
  const originals = copies.map(original).filter((route) => !isTaken(route, kernel));
  const restored = (route: Route): boolean => kernel.routes.some((present) => sameRoute(present, original(route)));
  return [
    ...plan(
      {
        switchedOff: [],
        addresses: [],
        routes: originals,
        rules: [],
        displaced: [],
        sysctls: existing(originalSysctls, kernel),
        shapers: [],
        firewall: null,
      },
      kernel,
      null,
    ),
    ...copies.filter(restored).map((route): Edit => ({ kind: "delete-route", route })),
  ];
};

const isCopy = (route: Route): boolean =>
  route.table === MAIN_TABLE &&
  route.destination === "default" &&
  route.protocol !== PROTOCOL &&
  route.metric >= ADOPTED_METRIC &&
  route.metric < ADOPTED_METRIC + MOST_DISPLACED;

/** Somebody else's route, a VPN's say, has its place by now: it would be lost. The copy stays behind it then. */
const isTaken = (route: Route, { routes }: KernelState): boolean =>
  routes.some(
    (present) => present.protocol !== PROTOCOL && hasSameMetric(present, route) && !sameRoute(present, route),
  );

const original = (copy: Route): Route => ({ ...copy, metric: copy.metric - ADOPTED_METRIC });

/** An interface that is gone took its sysctls along. */
const existing = (sysctls: Readonly<Record<string, string>>, kernel: KernelState): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(sysctls).filter(([name]) => kernel.sysctls[name] !== undefined));
