import type { Command } from "../../src/core/command.ts";
import type { Family } from "../../src/core/family.ts";
import type { Memory } from "../../src/core/memory.ts";
import type { Settings } from "../../src/core/settings.ts";
import type { State } from "../../src/core/state.ts";
import {
  checkAlive,
  checkDecision,
  checkForeign,
  checkReasons,
  checkRouting,
  checkSize,
  checkStatus,
  checkSwitch,
  type LastSwitch,
} from "./checks.ts";
import type { StepSeen } from "./daemon.ts";
import { kernelText } from "./kernel-text.ts";
import { randomPrograms, type Scenario } from "./scenario.ts";
import { checkSteeredAlive } from "./steered-checks.ts";
import { openTally, type Tally } from "./tally.ts";
import { openTruth, type Truth } from "./truth.ts";
import { isUnseen, openWorld, START, type World } from "./world.ts";

/** How a run ended. */
export interface Run {
  /** Of all events and commands with their times. */
  readonly hash: number;
  readonly steps: number;
  readonly switches: number;
  readonly failure: Failure | null;
}

export interface Failure {
  /** Milliseconds from the start. */
  readonly at: number;
  readonly message: string;
  /** The kernel as `ip` prints it. */
  readonly kernel: string;
}

/** A restart or a hint that was lost excuses a delay of so long, ms. */
const GRACE_MS = 40_000;

/** What costs time is checked at each so many steps. */
const EACH_STATUS = 64;
const EACH_SIZE = 2048;
const EACH_ROUTING = 32;

/** Watches one run. */
interface Watch {
  readonly tally: Tally;
  readonly lastSwitches: Map<Family, LastSwitch>;
  stage: { readonly world: World; readonly truth: Truth } | null;
  /** When the daemon last couldn't know, or couldn't do, what it should. */
  unseenAt: number;
  startedAt: number;
  settings: Settings | null;
  /** The config has changed since the start. */
  reloaded: boolean;
  steps: number;
  switches: number;
  /** Something was decided or edited since the routes were checked. */
  moved: boolean;
}

/** Runs a scenario to its end or to the first broken promise. */
export const simulate = (scenario: Scenario): Run => {
  const watch: Watch = {
    tally: openTally(scenario.calmMs + START),
    lastSwitches: new Map(),
    stage: null,
    unseenAt: START,
    startedAt: START,
    settings: null,
    reloaded: false,
    steps: 0,
    switches: 0,
    moved: true,
  };
  const failure = run(scenario, watch);
  return { hash: watch.tally.hash(), steps: watch.steps, switches: watch.switches, failure };
};

const run = (scenario: Scenario, watch: Watch): Failure | null => {
  try {
    const world = openWorld({
      ...scenario,
      programs: randomPrograms(scenario.seed),
      watcher: {
        onStep: (seen) => onStep(watch, seen),
        onQuiet: (state) => onQuiet(watch, state),
        onStart: (memory) => onStart(watch, memory),
      },
    });
    watch.stage = { world, truth: openTruth(world) };
    world.agenda.run(START + scenario.untilMs);
    watch.tally.checkCalm();
    return null;
  } catch (error) {
    return failureOf(watch, error);
  }
};

const failureOf = ({ stage }: Watch, error: unknown): Failure => ({
  at: (stage?.world.agenda.now() ?? START) - START,
  message: error instanceof Error ? error.message : String(error),
  kernel: stage === null ? "" : kernelText(stage.world.site.kernel()),
});

const onStart = (watch: Watch, memory: Memory | null): void => {
  watch.startedAt = watch.stage?.world.agenda.now() ?? START;
  watch.reloaded = false;
  if (memory === null) watch.lastSwitches.clear();
};

const onStep = (watch: Watch, seen: StepSeen): void => {
  watch.steps += 1;
  if (seen.event.kind === "configured") noteSettings(watch, seen.event.settings);
  watch.tally.count(seen);
  checkReasons(seen);
  if (watch.steps % EACH_STATUS === 0) checkStatus(seen.after, seen.now);
  if (watch.steps % EACH_SIZE === 0) checkSize(seen.after);
  watch.moved ||= seen.commands.some(({ kind }) => kind !== "send-probe");
  if (watch.stage === null) return;
  checkForeign(seen, watch.stage.world.site.kernel());
  watch.stage.truth.look();
  for (const command of seen.commands) watchSwitch(watch, seen, command);
};

/** The config may also change while nothing runs. */
const noteSettings = (watch: Watch, settings: Settings): void => {
  watch.reloaded ||= watch.settings !== null && watch.settings !== settings;
  watch.settings = settings;
};

const watchSwitch = (watch: Watch, seen: StepSeen, command: Command): void => {
  const { stage, lastSwitches } = watch;
  if (stage === null || command.kind !== "report" || command.report.kind !== "switched") return;
  watch.switches += 1;
  const { report } = command;
  const { settings, stalledUntil } = stage.world.conditions;
  const startedAt = watch.reloaded ? null : watch.startedAt;
  const last = lastSwitches.get(report.family) ?? null;
  checkSwitch({ seen, report, last, truth: stage.truth, settings: settings.uplinks, startedAt, stalledUntil });
  lastSwitches.set(report.family, { at: seen.now, how: report.how, holdMs: holdMs(stage.world, report.how) });
};

const onQuiet = (watch: Watch, state: State): void => {
  if (watch.stage === null) return;
  const { world, truth } = watch.stage;
  truth.look();
  const now = world.agenda.now();
  if (isUnseen(world) || world.conditions.routesRefused !== null) watch.unseenAt = now;
  if (watch.moved) checkDecision(state);
  if (!isUnseen(world) && (watch.moved || watch.steps % EACH_ROUTING === 0)) {
    checkRouting(state, world, watch.unseenAt);
    watch.moved = false;
  }
  if (watch.steps % EACH_ROUTING === 0 && now - Math.max(watch.unseenAt, watch.startedAt) > GRACE_MS) {
    checkAlive(world, truth, state);
    checkSteeredAlive(world, truth);
  }
};

const holdMs = ({ conditions }: World, how: LastSwitch["how"]): number => {
  const { holdAfterFailoverMs, holdAfterFailbackMs } = conditions.settings.failover;
  if (how === "failover") return holdAfterFailoverMs;
  return how === "failback" ? holdAfterFailbackMs : 0;
};
