import { vi } from "vitest";
import type { Command, RunScript } from "../../src/core/command.ts";
import type { Family } from "../../src/core/family.ts";
import { MAIN_TABLE } from "../../src/core/kernel/kernel.ts";
import { type View, viewOf } from "../../src/core/notify/view.ts";
import type { Report } from "../../src/core/report.ts";
import { reportText } from "../../src/core/report-text.ts";
import type { Settings } from "../../src/core/settings.ts";
import type { State } from "../../src/core/state.ts";
import { type Status, status } from "../../src/core/status.ts";
import type { RunsScripts } from "../sim/daemon.ts";
import type { Script } from "../sim/happening.ts";
import type { FakeKernel } from "../sim/kernel.ts";
import { kernelText, routeText } from "../sim/kernel-text.ts";
import { lookup, newFlow, type Packet } from "../sim/lookup.ts";
import { DSL_WIRE, FIBER_WIRE, LTE_WIRE, type WireSettings } from "../sim/wire.ts";
import { openWorld, START, type World } from "../sim/world.ts";
import { settingsOf } from "./settings.ts";

/** A story: what happens, and for how long it is watched. Times in milliseconds from the start. */
export interface Plot {
  readonly settings?: Settings;
  readonly wires?: readonly WireSettings[];
  readonly happens: Script;
  readonly untilMs: number;
  /** What becomes of a script that is run at a moment, and after how long; unless given, it ends well. */
  readonly runScript?: RunsScripts;
  /** How many calls Asterisk has at a moment. */
  readonly activeCalls?: (atMs: number) => number;
}

/** A told story, to be asked about any moment of it. */
export interface Story {
  /** Where new flows leave at a moment: interface names, `unreachable` or `none`. */
  out(atMs: number, family?: Family): string;
  /** The same for any packet. */
  way(atMs: number, packet: Packet): string;
  /** Where new flows left in turn, from one moment on. */
  outs(fromMs?: number, family?: Family): readonly string[];
  /** The first moment from `fromMs` on at which new flows leave there. */
  outSince(out: string, fromMs: number, family?: Family): number;
  /** The defaults of table main at a moment, as `ip route` prints them. */
  mainRoutes(atMs: number, family?: Family): readonly string[];
  /** Everything at a moment, as `ip` prints it. */
  text(atMs: number): string;
  /** The reports of a kind, each in one sentence. */
  told(kind: Report["kind"], fromMs?: number): readonly string[];
  /** When the reports of a kind came, milliseconds from the start. */
  toldAt(kind: Report["kind"], fromMs?: number): readonly number[];
  switches(family?: Family): readonly { at: number; how: string; to: string; reason: string }[];
  /** What was answered to orders. */
  readonly answers: readonly { readonly accepted: boolean; readonly message: string }[];
  readonly flushes: readonly {
    readonly at: number;
    readonly family: Family;
    readonly mark: number;
    readonly mask: number;
  }[];
  /** The commands of a kind between two moments. */
  commands(kind: Command["kind"], fromMs: number, toMs: number): number;
  /** The scripts that were run. */
  readonly scripts: readonly ({ readonly at: number } & RunScript)[];
  status(atMs: number): Status;
  /** What people are told of. */
  view(atMs: number): View;
  readonly world: World;
}

interface Moment {
  readonly at: number;
  readonly kernel: FakeKernel;
  readonly state: State | null;
}

interface Uttered {
  readonly at: number;
  readonly command: Command;
}

/** Virtual time is quick, but a loaded machine is slow. */
vi.setConfig({ testTimeout: 60_000 });

const WIRES = [FIBER_WIRE, LTE_WIRE, DSL_WIRE];

/** Wires for those uplinks that the settings name. */
export const wiresFor = (settings: Settings): readonly WireSettings[] =>
  WIRES.filter((wire) => settings.uplinks.some((uplink) => uplink.name === wire.uplink));

/** Tells a story from its beginning to its end. */
export const tellStory = (plot: Plot): Story => {
  const settings = plot.settings ?? settingsOf();
  const moments: Moment[] = [];
  const uttered: Uttered[] = [];
  const world = openWorld({
    settings,
    wires: plot.wires ?? wiresFor(settings),
    script: plot.happens,
    seed: 1,
    programs: {
      ...(plot.runScript === undefined ? {} : { runScript: atStoryTime(plot.runScript) }),
      activeCalls: (now) => plot.activeCalls?.(now - START) ?? 0,
    },
    watcher: {
      onStep: ({ now, commands }) => {
        for (const command of commands) uttered.push({ at: now - START, command });
      },
      onQuiet: () => {},
      onStart: () => {},
    },
  });
  const { agenda, site, daemon } = world;
  do {
    moments.push({ at: agenda.now() - START, kernel: site.kernel(), state: daemon.state() });
    agenda.run(Math.min(agenda.nextAt(), START + plot.untilMs));
  } while (agenda.now() < START + plot.untilMs);
  return storyOf({ world, moments, uttered });
};

const atStoryTime =
  (runScript: RunsScripts): RunsScripts =>
  (command, now) =>
    runScript(command, now - START);

interface Told {
  readonly world: World;
  readonly moments: readonly Moment[];
  readonly uttered: readonly Uttered[];
}

const storyOf = ({ world, moments, uttered }: Told): Story => {
  const momentAt = (atMs: number): Moment => {
    const moment = moments.findLast(({ at }) => at <= atMs);
    if (moment === undefined) throw new Error(`the story has no moment ${atMs}`);
    return moment;
  };
  const wayOf = ({ kernel }: Moment, packet: Packet): string => {
    const way = lookup(kernel, packet);
    if (typeof way === "string") return way;
    return way.map((hop) => kernel.links.find((link) => link.index === hop.link)?.name ?? "?").join(" ");
  };
  const changes = moments.filter(({ kernel }, index) => kernel !== moments[index - 1]?.kernel);
  const stateAt = (atMs: number): State => {
    const { state } = momentAt(atMs);
    if (state === null) throw new Error(`nothing runs at ${atMs}`);
    return state;
  };
  const after = (fromMs: number): readonly Moment[] => [momentAt(fromMs), ...changes.filter(({ at }) => at > fromMs)];
  const reports = (fromMs: number): readonly { at: number; report: Report }[] =>
    uttered.flatMap(({ at, command }) =>
      command.kind === "report" && at >= fromMs ? [{ at, report: command.report }] : [],
    );
  return {
    world,
    out: (atMs, family = "ipv4") => wayOf(momentAt(atMs), newFlow(family)),
    way: (atMs, packet) => wayOf(momentAt(atMs), packet),
    outs: (fromMs = 0, family = "ipv4") =>
      after(fromMs)
        .map((moment) => wayOf(moment, newFlow(family)))
        .filter((out, index, all) => out !== all[index - 1]),
    outSince: (out, fromMs, family = "ipv4") =>
      after(fromMs).find((moment) => wayOf(moment, newFlow(family)) === out)?.at ?? Number.POSITIVE_INFINITY,
    mainRoutes: (atMs, family = "ipv4") => {
      const { kernel } = momentAt(atMs);
      return kernel.routes
        .filter((route) => route.family === family && route.table === MAIN_TABLE)
        .map((route) => routeText(kernel, route));
    },
    text: (atMs) => kernelText(momentAt(atMs).kernel),
    told: (kind, fromMs = 0) =>
      reports(fromMs)
        .filter(({ report }) => report.kind === kind)
        .map(({ report }) => reportText(report).text),
    toldAt: (kind, fromMs = 0) =>
      reports(fromMs)
        .filter(({ report }) => report.kind === kind)
        .map(({ at }) => at),
    switches: (family = "ipv4") =>
      reports(0).flatMap(({ at, report }) =>
        report.kind === "switched" && report.family === family
          ? [{ at, how: report.how, to: report.to.join(" "), reason: report.reason }]
          : [],
      ),
    answers: uttered.flatMap(({ command }) => (command.kind === "answer-order" ? [command] : [])),
    flushes: uttered.flatMap(({ at, command }) => (command.kind === "flush-flows" ? [{ at, ...command }] : [])),
    scripts: uttered.flatMap(({ at, command }) => (command.kind === "run-script" ? [{ at, ...command }] : [])),
    commands: (kind, fromMs, toMs) =>
      uttered.filter(({ at, command }) => command.kind === kind && at >= fromMs && at < toMs).length,
    status: (atMs) => status(stateAt(atMs), START + atMs),
    view: (atMs) => viewOf(stateAt(atMs)),
  };
};
