import type { Family } from "../core/family.ts";
import type { PortRange } from "../core/kernel/kernel.ts";
import type { PrefixSettings } from "../core/kernel/translation.ts";
import { inFamily } from "../core/network.ts";
import type {
  AsteriskSettings,
  FailoverSettings,
  ScriptSettings,
  Settings,
  SteeringSettings,
  UplinkFamilySettings,
  UplinkSettings,
} from "../core/settings.ts";
import { addressOf, PORT, type Target } from "../core/target/target.ts";
import { DEFAULT_TARGETS } from "./defaults.ts";
import { type NotifyConfig, resolveNotify } from "./notify.ts";
import type { ParsedConfig, ParsedUplink } from "./schema.ts";
import { familyOf } from "./value/address.ts";
import { resolveDetection } from "./value/detection.ts";
import { parseMark } from "./value/mark.ts";
import { parsePorts } from "./value/port.ts";
import type { Syslog } from "./value/syslog.ts";
import { isProbedIn } from "./value/target.ts";
import type { WebSettings } from "./value/web.ts";

/** How much is logged. */
export type LogLevel = ParsedConfig["log"]["level"];

/** What is kept of what was. */
export interface HistorySettings {
  /** undefined: in the state directory; null: nothing is kept. */
  readonly file: string | null | undefined;
  readonly keepMs: number;
}

/** All that the config file says. */
export interface Config {
  readonly settings: Settings;
  readonly notify: NotifyConfig;
  readonly history: HistorySettings;
  readonly log: { readonly level: LogLevel; readonly syslog: Syslog };
  readonly web: WebSettings;
  readonly status: StatusSettings;
}

/** Where other programs find what is. */
export interface StatusSettings {
  /** Holds AstLinux's status text; null: no such file. */
  readonly astlinuxFile: string | null;
}

/** What the core and the log need to know: places become tiers, presets numbers, one list of targets two. Pure. */
export const resolveConfig = (parsed: ParsedConfig): Config => ({
  settings: {
    uplinks: parsed.uplinks.map((uplink, place) => resolveUplink(uplink, { place, foreign: parsed.nat.foreign })),
    failover: resolveFailover(parsed.failover),
    scripts: resolveScripts(parsed.scripts),
    asterisk: parsed.asterisk === undefined ? null : resolveAsterisk(parsed.asterisk),
    steering: parsed.steer.map(resolveSteering),
  },
  notify: resolveNotify(parsed.notify),
  history: { file: parsed.history.file, keepMs: parsed.history.keep },
  log: parsed.log,
  web: { ...parsed.web, tls: parsed.web.tls ?? null },
  status: parsed.status,
});

const resolveUplink = (
  uplink: ParsedUplink,
  { place, foreign }: { place: number; foreign: readonly string[] },
): UplinkSettings => ({
  name: uplink.name,
  interface: uplink.interface ?? null,
  tier: uplink.tier ?? place + 1,
  weight: uplink.weight,
  metered: uplink.metered,
  cap: uplink.cap ?? null,
  essential: uplink.essential ?? null,
  families: { ipv4: resolveIpv4(uplink), ipv6: resolveIpv6(uplink) },
  foreign,
  dns: uplink.dns,
  shape: uplink.shape ?? null,
  prefixes: resolvePrefixes(uplink.ipv6.translate),
  detection: resolveDetection(uplink.detection ?? (uplink.metered ? "metered" : "balanced")),
});

/** Without an interface, a gateway is all that says how a family could leave. */
const methodIn = (uplink: ParsedUplink, family: Family): UplinkFamilySettings["method"] =>
  uplink.interface === undefined && uplink[family].gateway === undefined ? "none" : uplink[family].method;

const resolveIpv4 = (uplink: ParsedUplink): UplinkFamilySettings => ({
  method: methodIn(uplink, "ipv4"),
  address: uplink.ipv4.address ?? null,
  gateway: uplink.ipv4.gateway ?? null,
  masquerade: uplink.nat,
  ...resolveTargets(uplink, "ipv4"),
  routes: inFamily(uplink.routes, "ipv4"),
});

const resolveIpv6 = (uplink: ParsedUplink): UplinkFamilySettings => ({
  method: methodIn(uplink, "ipv6"),
  address: uplink.ipv6.address ?? null,
  gateway: uplink.ipv6.gateway ?? null,
  masquerade: uplink.ipv6.translate === "masquerade",
  ...resolveTargets(uplink, "ipv6"),
  routes: inFamily(uplink.routes, "ipv6"),
});

const resolvePrefixes = (translate: ParsedUplink["ipv6"]["translate"]): PrefixSettings | null =>
  typeof translate === "string"
    ? null
    : { outer: translate.npt === "auto" ? null : translate.npt, inner: translate.inside ?? null };

const resolveTargets = (uplink: ParsedUplink, family: Family): Pick<UplinkFamilySettings, "targets" | "resolvers"> => {
  const targets = uplink.targets.filter((target) => isProbedIn(target, family));
  const named = targets.some((target) => addressOf(target) === null);
  return { targets, resolvers: named ? resolversFor(uplink, family) : [] };
};

/** Of the family that probes, so that one family's outage doesn't spoil the other's probes; of the other one where there is none. */
const resolversFor = ({ dns, targets }: ParsedUplink, family: Family): readonly string[] => {
  const asked = targets.flatMap(serverOf);
  const known = [dns, asked, DEFAULT_TARGETS].find((list) => list.length > 0) ?? [];
  const own = known.filter((address) => familyOf(address) === family);
  return own.length > 0 ? own : known;
};

const serverOf = (target: Target): string[] =>
  target.kind === "dns" && target.port === PORT.dns ? [target.host.address] : [];

const resolveAsterisk = ({
  activeCalls,
  maxWait,
  manager,
  command,
}: NonNullable<ParsedConfig["asterisk"]>): AsteriskSettings => ({
  activeCalls,
  maxWaitMs: maxWait,
  access: manager === undefined ? { kind: "program", path: command } : { kind: "manager", ...manager },
});

/** assigned-numbers "Protocol Numbers". */
const TRANSPORT = { tcp: 6, udp: 17 } as const;

const portRanges = (texts: readonly string[]): readonly PortRange[] => texts.flatMap((text) => parsePorts(text) ?? []);

const resolveSteering = (steering: ParsedConfig["steer"][number]): SteeringSettings => ({
  name: steering.name,
  from: steering.from,
  to: steering.to,
  input: steering.interface ?? null,
  transport: steering.protocol === undefined ? null : TRANSPORT[steering.protocol],
  mark: steering.mark === undefined ? null : parseMark(steering.mark),
  sourcePorts: portRanges(steering.sourcePorts),
  ports: portRanges(steering.ports),
  over: steering.over,
  otherwise: steering.otherwise,
});

const resolveScripts = ({ change, allowFailback, timeout }: ParsedConfig["scripts"]): ScriptSettings => ({
  change,
  allowFailback,
  timeoutMs: timeout,
});

const resolveFailover = (failover: ParsedConfig["failover"]): FailoverSettings => ({
  holdAfterFailoverMs: failover.holdAfterFailover,
  holdAfterFailbackMs: failover.holdAfterFailback,
  failback: failover.failback,
  divert: failover.divert,
  drainMs: failover.drain,
  share: failover.share,
  onStop: failover.onStop,
  rehearse: { when: failover.rehearse.when, forMs: failover.rehearse.for, page: failover.rehearse.page },
});
