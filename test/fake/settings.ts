import { PRESETS } from "../../src/core/detector/presets.ts";
import type {
  FailoverSettings,
  ScriptSettings,
  Settings,
  UplinkFamilySettings,
  UplinkSettings,
} from "../../src/core/settings.ts";
import type { EchoTarget } from "../../src/core/target/target.ts";

/** Targets that are pinged. */
export const pings = (...addresses: readonly string[]): EchoTarget[] =>
  addresses.map((address) => ({ kind: "icmp", address }));

/** Targets as the config's defaults name them. */
export const TARGETS = {
  ipv4: pings("1.1.1.1", "8.8.8.8", "9.9.9.9"),
  ipv6: pings("2606:4700:4700::1111", "2001:4860:4860::8888"),
};

/** The config's defaults. */
export const FAILOVER: FailoverSettings = {
  holdAfterFailoverMs: 600_000,
  holdAfterFailbackMs: 60_000,
  failback: "auto",
  divert: true,
  drainMs: 1_800_000,
  share: "connection",
  onStop: "keep",
  rehearse: { when: "never", forMs: 60_000, page: "http://example.com/" },
};

/** No script is configured. */
export const NO_SCRIPTS: ScriptSettings = { change: null, allowFailback: null, timeoutMs: 30_000 };

const IPV4: UplinkFamilySettings = {
  method: "external",
  address: null,
  gateway: null,
  masquerade: true,
  targets: TARGETS.ipv4,
  resolvers: [],
  routes: [],
};
const IPV6: UplinkFamilySettings = {
  method: "external",
  address: null,
  gateway: null,
  masquerade: false,
  targets: TARGETS.ipv6,
  resolvers: [],
  routes: [],
};

/** An address family that an uplink doesn't use. */
export const UNUSED: UplinkFamilySettings = {
  method: "none",
  address: null,
  gateway: null,
  masquerade: false,
  targets: [],
  resolvers: [],
  routes: [],
};

/** An uplink with what the config's defaults give it, and some changes. */
export const uplinkSettings = (
  named: Pick<UplinkSettings, "name" | "interface" | "tier">,
  changes: Partial<UplinkSettings> = {},
): UplinkSettings => ({
  weight: 1,
  metered: false,
  cap: null,
  essential: null,
  families: { ipv4: IPV4, ipv6: IPV6 },
  foreign: [],
  dns: [],
  shape: null,
  prefixes: null,
  detection: PRESETS.balanced,
  ...named,
  ...changes,
});

export const FIBER = uplinkSettings({ name: "fiber", interface: "eth0", tier: 1 });
export const LTE = uplinkSettings({ name: "lte", interface: "wwan0", tier: 2 });
export const DSL = uplinkSettings({ name: "dsl", interface: "ppp0", tier: 3 });

/** Two uplinks, or those given. */
export const settingsOf = (
  uplinks: readonly UplinkSettings[] = [FIBER, LTE],
  failover: Partial<FailoverSettings> = {},
): Settings => ({ uplinks, failover: { ...FAILOVER, ...failover }, scripts: NO_SCRIPTS, asterisk: null, steering: [] });
