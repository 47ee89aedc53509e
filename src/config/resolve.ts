import type { FailoverSettings, Settings, UplinkFamilySettings, UplinkSettings } from "../core/settings.ts";
import { familyOf } from "./address.ts";
import { resolveDetection } from "./detection.ts";
import type { ParsedConfig, ParsedUplink } from "./schema.ts";

/** How much is logged. */
export type LogLevel = ParsedConfig["log"]["level"];

/** All that the config file says. */
export interface Config {
  readonly settings: Settings;
  readonly log: { readonly level: LogLevel };
}

/** What the core and the log need to know: places become tiers, presets numbers, one list of targets two. Pure. */
export const resolveConfig = (parsed: ParsedConfig): Config => ({
  settings: { uplinks: parsed.uplinks.map(resolveUplink), failover: resolveFailover(parsed.failover) },
  log: parsed.log,
});

const resolveUplink = (uplink: ParsedUplink, place: number): UplinkSettings => ({
  name: uplink.name,
  interface: uplink.interface,
  tier: uplink.tier ?? place + 1,
  weight: uplink.weight,
  metered: uplink.metered,
  families: { ipv4: resolveIpv4(uplink), ipv6: resolveIpv6(uplink) },
  detection: resolveDetection(uplink.detection ?? (uplink.metered ? "metered" : "balanced")),
});

const resolveIpv4 = ({ ipv4, nat, targets }: ParsedUplink): UplinkFamilySettings => ({
  method: ipv4.method,
  gateway: ipv4.gateway ?? null,
  masquerade: nat,
  targets: targets.filter((target) => familyOf(target) === "ipv4"),
});

const resolveIpv6 = ({ ipv6, targets }: ParsedUplink): UplinkFamilySettings => ({
  method: ipv6.method,
  gateway: ipv6.gateway ?? null,
  masquerade: ipv6.translate === "masquerade",
  targets: targets.filter((target) => familyOf(target) === "ipv6"),
});

const resolveFailover = (failover: ParsedConfig["failover"]): FailoverSettings => ({
  holdAfterFailoverMs: failover.holdAfterFailover,
  holdAfterFailbackMs: failover.holdAfterFailback,
  failback: failover.failback,
  divert: failover.divert,
  drainMs: failover.drain,
  onStop: failover.onStop,
});
