import type { Family } from "../../src/core/family.ts";
import { MAIN_TABLE, PROTOCOL } from "../../src/core/kernel/kernel.ts";
import type { Damage } from "./happening.ts";
import { type FakeKernel, type StoredRoute, withoutRoutes } from "./kernel.ts";

/** What somebody else may do to what is ours. */
export const damaged = (kernel: FakeKernel, what: Damage, family: Family): FakeKernel => {
  switch (what) {
    case "main-route-deleted":
      return withoutRoutes(kernel, isMain(family));
    case "main-route-changed":
      return { ...kernel, routes: kernel.routes.map((route) => (isMain(family)(route) ? misled(route) : route)) };
    case "uplink-tables-flushed":
      return withoutRoutes(kernel, (route) => route.table !== MAIN_TABLE && route.family === family);
    case "rule-deleted":
      return { ...kernel, rules: kernel.rules.filter((rule, index) => index > 0 || rule.family !== family) };
    case "rules-flushed":
      return { ...kernel, rules: kernel.rules.filter((rule) => rule.family !== family) };
    case "firewall-deleted":
      return { ...kernel, firewall: null };
    case "firewall-changed":
      return { ...kernel, firewall: kernel.firewall === null ? null : `${kernel.firewall}\n# changed` };
    case "sysctls-reset":
      return { ...kernel, sysctls: resetSysctls(kernel.sysctls) };
  }
};

const isMain =
  (family: Family) =>
  (route: StoredRoute): boolean =>
    route.family === family && route.table === MAIN_TABLE && route.protocol === PROTOCOL && route.metric === 1;

const misled = (route: StoredRoute): StoredRoute => ({
  ...route,
  hops: route.hops.map((hop) => ({ ...hop, gateway: hop.gateway === null ? null : `${hop.gateway}9` })),
});

const resetSysctls = (sysctls: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(sysctls).map(([name, value]) => [name, name.endsWith("ignore_routes_with_linkdown") ? "0" : value]),
  );
