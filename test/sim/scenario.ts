import { PRESETS } from "../../src/core/detector/presets.ts";
import type { Family } from "../../src/core/family.ts";
import type {
  FailoverSettings,
  ScriptSettings,
  Settings,
  SteeringSettings,
  UplinkSettings,
} from "../../src/core/settings.ts";
import { DSL, FIBER, LTE, settingsOf, UNUSED } from "../fake/settings.ts";
import type { Programs, RunsScripts } from "./daemon.ts";
import type { Damage, Happening, Script } from "./happening.ts";
import { openRandom, type Random } from "./random.ts";
import { DSL_WIRE, FIBER_WIRE, type Lease, LTE_WIRE, type WireSettings } from "./wire.ts";

/** All that a run of the simulator depends on. */
export interface Scenario {
  readonly seed: number;
  readonly settings: Settings;
  readonly wires: readonly WireSettings[];
  readonly script: Script;
  /** When the last happening is over. */
  readonly calmMs: number;
  readonly untilMs: number;
}

const SECOND = 1000;

/** How long it goes on after the last happening. */
const EPILOGUE_MS = 40 * SECOND;

/** A random world and what happens to it. The same seed gives the same scenario. */
export const scenarioOf = (seed: number): Scenario => {
  const random = openRandom(seed);
  const settings = withPrograms(
    { ...randomSettings(random), steering: randomSteering(openRandom(seed + STEERING_SEED)) },
    openRandom(seed + PROGRAMS_SEED),
  );
  const wires = randomWires(random, settings);
  const lastMs = (random.chance(0.8) ? random.between(40, 100) : random.between(150, 400)) * SECOND;
  const count = random.whole(2, 14);
  const happenings = Array.from({ length: count }, () => randomHappening(random, settings));
  const script = happenings
    .map((happening): Script[number] => [Math.round(random.between(2 * SECOND, lastMs)), happening])
    .map(([at, happening]): Script[number] => [at, bounded(happening, lastMs - at)])
    .toSorted(([a], [b]) => a - b);
  const calmMs = Math.max(...script.map(([at, happening]) => at + ("forMs" in happening ? happening.forMs : 0)));
  return { seed, settings, wires, script, calmMs, untilMs: calmMs + EPILOGUE_MS };
};

/** Hardly anything outlasts the last beginning. */
const bounded = (happening: Happening, leftMs: number): Happening =>
  "forMs" in happening
    ? { ...happening, forMs: Math.round(Math.min(happening.forMs, leftMs + 10 * SECOND)) }
    : happening;

const randomSettings = (random: Random): Settings => {
  const detection = random.pick([PRESETS.balanced, PRESETS.balanced, PRESETS.balanced, PRESETS.fast, PRESETS.calm]);
  const shared = random.chance(0.2);
  const withIpv6 = random.chance(0.6);
  const common = { detection };
  const metered = random.chance(0.3) ? { metered: true, detection: PRESETS.metered } : common;
  const all: readonly UplinkSettings[] = [
    { ...FIBER, ...common },
    { ...LTE, ...metered, ...(shared ? { tier: 1, weight: 3 } : {}) },
    ...(random.chance(0.4) ? [{ ...DSL, ...common }] : []),
  ];
  const settings = settingsOf(
    all.map((one) => (withIpv6 && one.name !== "dsl" ? one : withoutIpv6(one))),
    randomFailover(random),
  );
  return random.chance(0.4) ? { ...settings, scripts: SCRIPTS } : settings;
};

/** A sequence of its own, so that the rest of a scenario is as it was before anything could be steered. */
const STEERING_SEED = 1e6;

/** What comes in by this interface is steered. */
export const STEERED_INPUT = "br-guest";

/** Over uplinks of which some may not be there in every world. */
const randomSteering = (random: Random): readonly SteeringSettings[] =>
  random.chance(0.5)
    ? []
    : [
        {
          name: "guests",
          ...{ from: [], to: [], transport: null, mark: null, sourcePorts: [], ports: [] },
          input: STEERED_INPUT,
          over: random.pick([["lte"], ["fiber"], ["lte", "fiber"], ["dsl", "lte"]]),
          otherwise: random.pick(["default", "refuse"]),
        },
      ];

/** Another sequence of its own. */
const PROGRAMS_SEED = 2e6;

/** Asterisk in some worlds, and DNS servers of the uplinks in some. */
const withPrograms = (settings: Settings, random: Random): Settings => ({
  ...settings,
  asterisk: random.chance(0.3) ? { ...ASTERISK, maxWaitMs: random.pick([20, 120]) * SECOND } : null,
  uplinks: random.chance(0.3) ? settings.uplinks.map(withServer) : settings.uplinks,
});

const ASTERISK = { activeCalls: "wait", access: { kind: "program", path: "/usr/sbin/asterisk" } } as const;

const withServer = (uplink: UplinkSettings, place: number): UplinkSettings => ({
  ...uplink,
  dns: [`192.0.2.${place + 1}`],
});

const SCRIPTS: ScriptSettings = { change: "/etc/change", allowFailback: "/etc/allow", timeoutMs: 5000 };

const withoutIpv6 = (one: UplinkSettings): UplinkSettings => ({
  ...one,
  families: { ...one.families, ipv6: UNUSED },
});

const randomFailover = (random: Random): Partial<FailoverSettings> => ({
  holdAfterFailoverMs: random.pick([10, 60, 600]) * SECOND,
  holdAfterFailbackMs: random.pick([5, 30]) * SECOND,
  failback: random.chance(0.9) ? "auto" : "manual",
  divert: random.chance(0.9),
  drainMs: random.pick([0, 20 * SECOND, 1800 * SECOND, null]),
});

const randomWires = (random: Random, settings: Settings): readonly WireSettings[] => {
  const outranking = random.chance(0.3);
  const brief = random.chance(0.3);
  const changed = (wire: WireSettings): WireSettings => ({
    ...wire,
    leases: {
      ipv4: withMetric(wire.leases.ipv4, outranking && wire.uplink === "fiber"),
      ipv6: wire.leases.ipv6 === null || !brief ? wire.leases.ipv6 : { ...wire.leases.ipv6, lifetimeMs: 45 * SECOND },
    },
  });
  return [FIBER_WIRE, LTE_WIRE, DSL_WIRE]
    .filter((wire) => settings.uplinks.some((uplink) => uplink.name === wire.uplink))
    .map(changed);
};

const withMetric = (lease: Lease | null, outranking: boolean): Lease | null =>
  lease === null || !outranking ? lease : { ...lease, metric: 0 };

const DAMAGES: readonly Damage[] = [
  "main-route-deleted",
  "main-route-changed",
  "uplink-tables-flushed",
  "rule-deleted",
  "rules-flushed",
  "firewall-deleted",
  "firewall-changed",
  "sysctls-reset",
];

const FAMILY_SETS: readonly (readonly Family[])[] = [["ipv4", "ipv6"], ["ipv4"], ["ipv6"]];

interface Draw {
  readonly random: Random;
  readonly settings: Settings;
  /** How long it lasts. */
  readonly forMs: number;
  readonly uplink: string;
  readonly family: Family;
}

const randomHappening = (random: Random, settings: Settings): Happening => {
  const forMs = Math.round(
    random.pick([random.between(0.1, 3), random.between(3, 20), random.between(20, 90)]) * SECOND,
  );
  const uplink = random.pick(settings.uplinks).name;
  const family = random.pick<Family>(["ipv4", "ipv4", "ipv6"]);
  return random.pick(MAKERS)({ random, settings, forMs, uplink, family });
};

const blackhole = ({ random, uplink, forMs }: Draw): Happening => ({
  kind: "blackhole",
  uplink,
  families: random.pick(FAMILY_SETS),
  forMs,
});

const loss = ({ random, uplink, forMs }: Draw): Happening => ({
  kind: "loss",
  uplink,
  out: random.pick([0, 0.02, 0.3, 1]),
  in: random.pick([0, 0.05, 0.5]),
  forMs,
});

const targetsDead = ({ random, forMs }: Draw): Happening => ({
  kind: "targets-dead",
  targets: random.pick([
    ["1.1.1.1"],
    ["8.8.8.8", "9.9.9.9"],
    ["1.1.1.1", "8.8.8.8", "9.9.9.9"],
    ["2606:4700:4700::1111"],
  ]),
  forMs,
});

const ordered = ({ random, uplink }: Draw): Happening => ({
  kind: "ordered",
  order: random.pick([
    { kind: "test", uplink: null, forMs: 30 * SECOND },
    { kind: "test", uplink, forMs: null },
    { kind: "failback" },
    { kind: "failback" },
    { kind: "use", uplink },
    { kind: "use", uplink: null },
  ] as const),
});

const reloaded = ({ random, settings }: Draw): Happening => {
  const failover = { ...settings.failover, ...randomFailover(random) };
  const uplinks = random.pick([
    settings.uplinks,
    settings.uplinks.toReversed(),
    settings.uplinks.slice(0, 2),
    settings.uplinks.map((one) => ({ ...one, tier: 1 })),
    settings.uplinks.map((one) => ({ ...one, detection: PRESETS.fast })),
  ]);
  return { kind: "reloaded", settings: { ...settings, uplinks, failover } };
};

const MAKERS: readonly ((draw: Draw) => Happening)[] = [
  blackhole,
  blackhole,
  blackhole,
  loss,
  loss,
  targetsDead,
  ({ random, uplink, forMs }) => ({ kind: "delay", uplink, addedMs: random.between(50, 2500), forMs }),
  ({ uplink, forMs }) => ({ kind: "carrier-lost", uplink, forMs }),
  ({ uplink, forMs }) => ({ kind: "carrier-lost", uplink, forMs }),
  ({ uplink, forMs }) => ({ kind: "switched-off", uplink, forMs }),
  ({ uplink, forMs }) => ({ kind: "interface-removed", uplink, forMs }),
  ({ uplink, forMs }) => ({ kind: "interface-renamed", uplink, forMs }),
  ({ uplink, family, forMs }) => ({ kind: "address-lost", uplink, family, forMs }),
  ({ uplink, family, forMs }) => ({ kind: "gateway-lost", uplink, family, forMs }),
  ({ random }) => ({
    kind: "lease-renewed",
    uplink: "fiber",
    gateway: "203.0.113.254",
    gapMs: random.pick([0, 100, 1500]),
  }),
  ({ random }) => ({
    kind: "lease-renewed",
    uplink: "lte",
    gateway: "198.51.100.254",
    gapMs: random.pick([0, 100, 1500]),
  }),
  ({ random, uplink, forMs }) => ({ kind: "foreign-default", uplink, metric: random.pick([0, 1, 2, 50]), forMs }),
  ({ random, family }) => ({ kind: "tampered", what: random.pick(DAMAGES), family }),
  ({ random, family }) => ({ kind: "tampered", what: random.pick(DAMAGES), family }),
  ({ random, family, forMs }) => ({
    kind: "fought",
    what: random.pick(DAMAGES),
    family,
    everyMs: random.pick([50, 300, 2000]),
    forMs: Math.min(forMs, 20 * SECOND),
  }),
  ({ forMs }) => ({ kind: "routes-refused", code: "ENOBUFS", forMs: Math.min(forMs, 30 * SECOND) }),
  ({ forMs }) => ({ kind: "hints-lost", forMs }),
  ({ random, forMs }) => ({ kind: "hints-late", byMs: random.between(5, 3000), forMs }),
  ({ random }) => ({ kind: "stalled", forMs: random.pick([100, 600, 5000, 30_000]), tickFirst: random.chance(0.5) }),
  ({ random }) => ({
    kind: "killed",
    memory: random.pick(["kept", "kept", "lost"]),
    forMs: random.pick([0, 300, 20_000]),
  }),
  ({ random }) => ({
    kind: "killed",
    memory: random.pick(["kept", "kept", "lost"]),
    forMs: random.pick([0, 300, 20_000]),
  }),
  reloaded,
  ordered,
  ordered,
  ({ uplink, family }) => ({ kind: "gateway-unresolved", uplink, family }),
];

/** What other programs answer. The same seed, the same answers. */
export const randomPrograms = (seed: number): Programs => {
  const random = openRandom(seed + PROGRAMS_SEED);
  return {
    runScript: randomScripts(seed),
    activeCalls: () => (random.chance(0.5) ? 1 : 0),
    tellResolver: () => (random.chance(0.5) ? "no room" : null),
  };
};

/** Scripts as people write them: quick and slow ones, some that refuse, some that hang. */
const randomScripts = (seed: number): RunsScripts => {
  const random = openRandom(seed ^ OTHER);
  return ({ timeoutMs }) => {
    if (random.chance(0.1)) return { afterMs: timeoutMs, outcome: { kind: "failed", problem: "it did not end" } };
    const afterMs = random.between(1, 3000);
    if (random.chance(0.1)) return { afterMs, outcome: { kind: "absent" } };
    return { afterMs, outcome: { kind: "exited", code: random.chance(0.3) ? 1 : 0 } };
  };
};

/** Draws other numbers than the scenario does. */
const OTHER = 0x5c12;
