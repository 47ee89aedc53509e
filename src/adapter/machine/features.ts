import { existsSync } from "node:fs";
import { release } from "node:os";
import { join } from "node:path";
import type { Capabilities, FeatureModule, ModuleState } from "../../core/doctor/facts.ts";
import { readText } from "./files.ts";

/** linux/capability.h. */
const CAP_NET_ADMIN = 12n;
const CAP_NET_RAW = 13n;

/** The effective capabilities of this process (proc_pid_status(5)), null where they can't be read. Never throws. */
export const readCapabilities = (): Capabilities | null => {
  const hex = /^CapEff:\s*([0-9a-f]{1,16})$/m.exec(readText("/proc/self/status") ?? "")?.[1];
  if (hex === undefined) return null;
  const bits = BigInt(`0x${hex}`);
  const has = (capability: bigint): boolean => ((bits >> capability) & 1n) === 1n;
  return { netAdmin: has(CAP_NET_ADMIN), netRaw: has(CAP_NET_RAW) };
};

const MODULES: readonly FeatureModule[] = ["nf_conntrack", "nf_conntrack_netlink", "nf_tables"];

/** Without both lists (OpenWrt, containers) nothing can be said of what isn't loaded. */
const stateOf = (module: FeatureModule, folder: string): ModuleState => {
  if (existsSync(`/sys/module/${module}`)) return "present";
  const file = new RegExp(`/${module}\\.ko(?:\\.[a-z0-9]+)?(?::|$)`, "m");
  const builtIn = readText(join(folder, "modules.builtin"));
  const loadable = readText(join(folder, "modules.dep"));
  if (builtIn !== null && file.test(builtIn)) return "present";
  if (loadable !== null && file.test(loadable)) return "loadable";
  return builtIn === null || loadable === null ? "unknown" : "missing";
};

/** Whether the running kernel has the parts that we need. Nothing is loaded to find out. Never throws. */
export const readModules = (): Readonly<Record<FeatureModule, ModuleState>> => {
  const folder = join("/lib/modules", release());
  const states = MODULES.map((module): [FeatureModule, ModuleState] => [module, stateOf(module, folder)]);
  return Object.fromEntries(states) as Record<FeatureModule, ModuleState>;
};
