import type { Settings } from "../../src/core/settings.ts";
import { type Agenda, openAgenda } from "./agenda.ts";
import { type Daemon, openDaemon, type Programs, type Watcher } from "./daemon.ts";
import { happen } from "./happen.ts";
import type { Script } from "./happening.ts";
import { openRandom } from "./random.ts";
import { openSite, type Site } from "./site.ts";
import type { WireSettings } from "./wire.ts";

/** A router with its lines and the daemon, in virtual time. */
export interface World {
  readonly agenda: Agenda;
  readonly site: Site;
  readonly daemon: Daemon;
  readonly seed: number;
  readonly conditions: Conditions;
}

/** What happenings change besides the site. */
export interface Conditions {
  /** The config as it is now. */
  settings: Settings;
  /** Counted, since several losses may overlap. */
  hintsLost: number;
  hintDelayMs: number;
  hintsUnderway: number;
  /** Somebody changed the kernel and the daemon will not hear of it. */
  unseen: boolean;
  /** When somebody else last changed the kernel, or refused an edit. */
  disturbedAt: number;
  /** errno's name with which routes are refused, null if they aren't. */
  routesRefused: string | null;
  /** When the daemon last woke, or will wake, from a stall. */
  stalledUntil: number;
  /** How often anything happened. */
  happenings: number;
  orders: number;
  starts: number;
}

export interface WorldOptions {
  readonly settings: Settings;
  readonly wires: readonly WireSettings[];
  readonly script: Script;
  readonly seed: number;
  readonly watcher: Watcher;
  /** What other programs answer; all is well unless said otherwise. */
  readonly programs?: Partial<Programs>;
}

const WELL: Programs = {
  runScript: () => ({ afterMs: 20, outcome: { kind: "exited", code: 0 } }),
  activeCalls: () => 0,
  tellResolver: () => null,
};

/** The clock of a machine that has been up for some time: milliseconds. */
export const START = 1_000_000;

/** How long a netlink notification takes. */
export const HINT_MS = 0.7;

/** The world with the daemon started, what happens at 0 before it, and everything else in the script to come. */
export const openWorld = ({ settings, wires, script, seed, watcher, programs = {} }: WorldOptions): World => {
  const agenda = openAgenda(START);
  const conditions = newConditions(settings);
  const site = openSite({ wires, agenda, random: openRandom(seed), onChange: (byDaemon) => hint(world, byDaemon) });
  site.refuseWhen((edit) =>
    conditions.routesRefused !== null && edit.kind === "put-route"
      ? { code: conditions.routesRefused, message: "No buffer space available" }
      : null,
  );
  const daemon = openDaemon({ agenda, site, watcher: noting(conditions, watcher), programs: { ...WELL, ...programs } });
  const world: World = { agenda, site, daemon, seed, conditions };
  site.connect();
  for (const [at, happening] of script) {
    if (at > 0) agenda.at(START + at, () => happen(world, happening));
    else happen(world, happening);
  }
  startDaemon(world, "lost");
  return world;
};

/** Starts the daemon anew, with or without what it saved before. */
export const startDaemon = ({ daemon, seed, conditions }: World, memory: "kept" | "lost"): void => {
  conditions.starts += 1;
  const kept = memory === "kept" ? daemon.memory() : null;
  daemon.start({ settings: conditions.settings, memory: kept, seed: seed + conditions.starts });
};

/** Whether the daemon can't know yet how the kernel is. */
export const isUnseen = ({ conditions }: World): boolean => conditions.unseen || conditions.hintsUnderway > 0;

const newConditions = (settings: Settings): Conditions => ({
  settings,
  hintsLost: 0,
  hintDelayMs: HINT_MS,
  hintsUnderway: 0,
  unseen: false,
  disturbedAt: START,
  routesRefused: null,
  stalledUntil: START,
  happenings: 0,
  orders: 0,
  starts: 0,
});

const noting = (conditions: Conditions, watcher: Watcher): Watcher => ({
  onStep: (seen) => {
    if (seen.event.kind === "kernel-read") conditions.unseen = false;
    watcher.onStep(seen);
  },
  onQuiet: (state) => watcher.onQuiet(state),
  onStart: (memory) => watcher.onStart(memory),
});

/** The kernel tells its listeners of a change; several changes in quick succession are one hint. */
const hint = (world: World, byDaemon: boolean): void => {
  const { agenda, conditions } = world;
  if (!byDaemon) conditions.disturbedAt = agenda.now();
  if (conditions.hintsLost > 0) {
    conditions.unseen ||= !byDaemon;
    return;
  }
  if (conditions.hintsUnderway > 0) return;
  conditions.hintsUnderway += 1;
  agenda.at(agenda.now() + conditions.hintDelayMs, () => {
    conditions.hintsUnderway -= 1;
    world.daemon.push({ kind: "kernel-changed" });
  });
};
