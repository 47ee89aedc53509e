import { wantedSysctls } from "../kernel/sysctl.ts";
import { deviceOf } from "../path/device.ts";
import type { MachineFacts } from "./facts.ts";
import { type Check, type Finding, warning } from "./finding.ts";

/** Whether the daemon can give the kernel's settings the values that the uplinks need. */
export const SYSCTL_CHECKS: readonly Check[] = [
  { topic: "Kernel", title: "settings that the uplinks need", examine: (facts) => fixed(facts) },
];

const fixed = (facts: MachineFacts): readonly Finding[] => {
  const lacking = facts.sysctlsReadOnly ? lackingSysctls(facts) : [];
  return lacking.length === 0 ? [] : [readOnly(lacking)];
};

interface Setting {
  readonly name: string;
  readonly value: string;
}

const lackingSysctls = (facts: MachineFacts): readonly Setting[] => {
  if (facts.settings === null) return [];
  const { uplinks, failover } = facts.settings;
  const placed = uplinks.map((settings) => ({ settings, device: deviceOf(settings, facts) }));
  return Object.entries(wantedSysctls({ uplinks: placed, share: failover.share }, facts))
    .filter(([name, value]) => facts.sysctls[name] !== value)
    .map(([name, value]) => ({ name, value }));
};

const readOnly = (lacking: readonly Setting[]): Finding =>
  warning({
    code: "sysctls-read-only",
    title: "/proc/sys is read-only, as in a container: what the uplinks need of the kernel can't be set",
    detail: `The daemon goes on without. ${consequences(lacking).join(" ")}`,
    remedy: `Outside the container, with the id of a process in it: nsenter --target PID --net sysctl -w ${lacking.map(({ name, value }) => `${name}=${value}`).join(" ")}`,
  });

const consequences = (lacking: readonly Setting[]): readonly string[] =>
  Object.entries(CONSEQUENCES).flatMap(([ending, consequence]) =>
    lacking.some(({ name }) => name.endsWith(ending)) ? [consequence] : [],
  );

/** What follows without each, by how its name ends. */
const CONSEQUENCES: Readonly<Record<string, string>> = {
  ignore_routes_with_linkdown:
    "When a carrier is lost, traffic waits the milliseconds until the daemon has moved it, and isn't moved while no daemon runs.",
  rp_filter: "Answers that come in by a standby uplink are dropped, so that it seems dead.",
  src_valid_mark:
    "A line that comes back while no other is in use may not be heard, and IPv4 without an uplink times out rather than be refused.",
  fib_multipath_hash_policy: "Uplinks of one tier share traffic as the kernel does by itself: by pairs of hosts.",
  promote_secondaries:
    "An address that is replaced takes the others of its network with it, until the daemon adds them again.",
  accept_ra: "No IPv6 gateway is learned from router advertisements where packets are forwarded.",
};
