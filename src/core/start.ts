import { startCalls } from "./calls.ts";
import { type Client, newClient, wantsPrefix } from "./client/client.ts";
import { learn, startDetector } from "./detector/detect.ts";
import type { Learned } from "./detector/detector.ts";
import type { DetectionSettings } from "./detector/presets.ts";
import type { Family } from "./family.ts";
import { MOST_UPLINKS } from "./kernel/mark.ts";
import type { KeptLease, Memory, UplinkMemory } from "./memory.ts";
import { startRehearsal } from "./rehearsal.ts";
import { startScripts } from "./scripts.ts";
import type { Settings, UplinkSettings } from "./settings.ts";
import type { FamilyState, Monitor, State, UplinkState } from "./state.ts";
import { isHeavy, type Target } from "./target/target.ts";
import { NO_NOTE } from "./target/target-note.ts";
import { startUsage } from "./usage.ts";

/** What a start depends on. */
export interface Start {
  readonly settings: Settings;
  /** What an earlier run of this boot left, null if nothing. */
  readonly memory: Memory | null;
  /** The day of the last rehearsal (days since 1970, local), if an earlier boot had one. */
  readonly rehearsedOn?: number | null;
  /** Any 32-bit number; the same seed and events give the same decisions. */
  readonly seed: number;
  /** Milliseconds, monotonic since boot. */
  readonly now: number;
}

/** The state before the first event. Pure; never throws. */
export const start = ({ settings, memory, rehearsedOn = null, seed, now }: Start): State =>
  withUplinks(
    {
      failover: settings.failover,
      scriptSettings: settings.scripts,
      uplinks: [],
      abandoned: [],
      families: { ipv4: startFamily(memory, "ipv4", now), ipv6: startFamily(memory, "ipv6", now) },
      kernel: null,
      pin: memory?.pin ?? null,
      offline: memory?.offline ?? false,
      test: memory?.test ?? null,
      scripts: startScripts(memory?.told ?? null),
      resolvers: { told: null, problem: null, retryAt: Number.POSITIVE_INFINITY },
      shapers: {},
      asterisk: settings.asterisk,
      steering: settings.steering,
      calls: startCalls(memory?.told ?? null),
      rehearsal: startRehearsal(memory?.rehearsal ?? { begunOn: rehearsedOn, last: null }),
      usage: startUsage(memory?.capsTold ?? {}),
      upkeep: {
        firewall: null,
        failures: [],
        retryAt: 0,
        backoffMs: 0,
        mendings: [],
        readAt: now,
        askedAt: now,
        reading: false,
        underway: [],
      },
      originalSysctls: memory?.originalSysctls ?? {},
      seed,
      reviewAt: now,
    },
    { settings, memory, now },
  );

const startFamily = (memory: Memory | null, family: Family, now: number): FamilyState => {
  const kept = memory?.families[family];
  return {
    active: kept?.active ?? [],
    carrying: [],
    steered: [],
    since: kept?.since ?? now,
    how: kept?.how ?? null,
    reason: kept?.reason ?? "just started",
    holdUntil: kept?.holdUntil ?? 0,
    failbackGranted: false,
    waiting: null,
    drains: kept?.drains ?? [],
  };
};

interface Reconfiguration {
  readonly settings: Settings;
  readonly memory: Memory | null;
  readonly now: number;
}

/**
 * The state under new settings: uplinks are recognised by name and keep their number, and their detectors unless
 * what those depend on has changed; a new one goes on from what the one before had learned. What names an uplink that is gone is forgotten. Pure; never throws.
 */
export const withUplinks = (state: State, { settings, memory, now }: Reconfiguration): State => {
  const numbers = assignNumbers({ state, names: settings.uplinks.map((one) => one.name), memory });
  const uplinks = settings.uplinks.map((one) => {
    const before = state.uplinks.find((uplink) => uplink.settings.name === one.name);
    const number = numbers.get(one.name) ?? MOST_UPLINKS;
    return reconfigure({ one, before, number, remembered: memory?.uplinks[one.name], seed: state.seed, now });
  });
  const present = (name: string): boolean => uplinks.some((uplink) => uplink.settings.name === name);
  const kept = (family: Family): FamilyState => keepPresent(state.families[family], uplinks, family);
  return {
    ...state,
    failover: settings.failover,
    scriptSettings: settings.scripts,
    asterisk: settings.asterisk,
    steering: settings.steering,
    uplinks,
    abandoned: [...state.abandoned, ...abandonedBy(uplinks, { state, memory })],
    families: { ipv4: kept("ipv4"), ipv6: kept("ipv6") },
    pin: state.pin !== null && present(state.pin) ? state.pin : null,
    test: state.test !== null && present(state.test.uplink) ? state.test : null,
    reviewAt: now,
  };
};

/** The numbers of uplinks that are gone from the config, or have another interface there. */
const abandonedBy = (
  uplinks: readonly UplinkState[],
  { state, memory }: { readonly state: State; readonly memory: Memory | null },
): readonly number[] => {
  const isThere = (before: UplinkState): boolean =>
    uplinks.some(
      ({ number, settings }) => number === before.number && settings.interface === before.settings.interface,
    );
  const isConfigured = (name: string): boolean => uplinks.some(({ settings }) => settings.name === name);
  const remembered = Object.entries(memory?.uplinks ?? {}).filter(([name]) => !isConfigured(name));
  return [...state.uplinks.filter((one) => !isThere(one)), ...remembered.map(([, one]) => one)].map(
    ({ number }) => number,
  );
};

interface AssignNumbers {
  readonly state: State;
  readonly names: readonly string[];
  readonly memory: Memory | null;
}

/** A name keeps the number that it has or had; the others get the lowest that are free. */
const assignNumbers = ({ state, names, memory }: AssignNumbers): ReadonlyMap<string, number> => {
  const numbers = new Map<string, number>();
  const taken = new Set<number>();
  const assign = (name: string, number: number | undefined): void => {
    if (number === undefined || taken.has(number) || numbers.has(name)) return;
    numbers.set(name, number);
    taken.add(number);
  };
  for (const name of names) assign(name, state.uplinks.find((uplink) => uplink.settings.name === name)?.number);
  for (const name of names) assign(name, memory?.uplinks[name]?.number);
  for (const name of names)
    assign(
      name,
      ALL_NUMBERS.find((number) => !taken.has(number)),
    );
  return numbers;
};

const ALL_NUMBERS: readonly number[] = Array.from({ length: MOST_UPLINKS }, (_, index) => index + 1);

interface Reconfigure {
  readonly one: UplinkSettings;
  readonly before: UplinkState | undefined;
  readonly number: number;
  readonly remembered: UplinkMemory | undefined;
  readonly seed: number;
  readonly now: number;
}

const reconfigure = ({ one, before, number, remembered, seed, now }: Reconfigure): UplinkState => {
  const monitor = (family: Family): Monitor | null => {
    if (one.families[family].method === "none") return null;
    const kept = before?.families[family];
    if (before !== undefined && kept && sameProbing(before.settings, one, family)) return kept;
    const isSameLine = before?.settings.interface === one.interface;
    return startMonitor({
      one,
      family,
      learned: kept && isSameLine ? learn(kept.detector, now) : (remembered?.learned[family] ?? null),
      unflushed: kept?.unflushed ?? remembered?.unflushed?.includes(family) ?? false,
      seed: seed + number * 2 + (family === "ipv6" ? 1 : 0),
      now,
    });
  };
  const known = before?.device ?? null;
  const client = (family: Family): Client | null =>
    clientOf({ one, family, before, kept: remembered?.lent?.[family], now });
  return {
    settings: one,
    device: one.interface === null ? known : { name: one.interface, shared: false },
    clients: { ipv4: client("ipv4"), ipv6: client("ipv6") },
    number,
    prefixes: before?.prefixes ?? [],
    mistranslated: before?.mistranslated ?? false,
    families: { ipv4: monitor("ipv4"), ipv6: monitor("ipv6") },
  };
};

interface TakeUpClient extends Pick<Reconfigure, "one" | "before" | "now"> {
  readonly family: Family;
  readonly kept: KeptLease | undefined;
}

/** A client goes on where nothing about it has changed; what it brought also outlives the daemon that it was given to. */
const clientOf = ({ one, family, before, kept, now }: TakeUpClient): Client | null => {
  if (one.families[family].method !== "dhcp") return null;
  const running = before?.clients[family] ?? null;
  if (running !== null && before?.settings.interface === one.interface) {
    return family === "ipv4" || wantsPrefix(before.settings) === wantsPrefix(one) ? running : newClient(running);
  }
  const held = kept !== undefined && kept.interface === one.interface ? kept : NOTHING;
  const holds = (lent: { readonly expiresAt: number } | null): boolean => lent !== null && lent.expiresAt > now;
  return newClient({
    lease: holds(held.lease) ? held.lease : null,
    delegation: holds(held.delegation) ? held.delegation : null,
  });
};

const NOTHING = { lease: null, delegation: null } as const;

interface StartMonitor {
  readonly one: UplinkSettings;
  readonly family: Family;
  readonly learned: Learned | null;
  readonly unflushed: boolean;
  readonly seed: number;
  readonly now: number;
}

const startMonitor = ({ one, family, learned, unflushed, seed, now }: StartMonitor): Monitor => ({
  path: { usable: false, reason: "not examined yet", link: null, bereft: false },
  detector: startDetector({
    settings: one.detection,
    targetCount: one.families[family].targets.length,
    heavy: heavyPlaces(one.families[family].targets),
    seed,
    now,
    learned,
  }),
  gateway: null,
  recent: [],
  notes: one.families[family].targets.map(() => NO_NOTE),
  unflushed,
  carrying: false,
});

const heavyPlaces = (targets: readonly Target[]): readonly number[] =>
  targets.flatMap((target, place) => (isHeavy(target) ? [place] : []));

/** Plain data of a fixed form, so that its text tells. */
const sameProbing = (a: UplinkSettings, b: UplinkSettings, family: Family): boolean => {
  const key = (one: UplinkSettings): string => {
    const detection: DetectionSettings = one.detection;
    return JSON.stringify([one.interface, detection, one.families[family].targets]);
  };
  return key(a) === key(b);
};

const keepPresent = (before: FamilyState, uplinks: readonly UplinkState[], family: Family): FamilyState => {
  const present = (name: string): boolean =>
    uplinks.some((uplink) => uplink.settings.name === name && uplink.families[family] !== null);
  return {
    ...before,
    active: before.active.filter(present),
    carrying: before.carrying.filter(present),
    drains: before.drains.filter((drain) => present(drain.uplink)),
  };
};
