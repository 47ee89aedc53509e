import type { AskAsterisk, AskGateway, CheckWay, Command, RunScript, SendProbe } from "../../src/core/command.ts";
import type { Event, ScriptEnded } from "../../src/core/event.ts";
import type { Memory } from "../../src/core/memory.ts";
import type { Settings } from "../../src/core/settings.ts";
import { start } from "../../src/core/start.ts";
import type { State } from "../../src/core/state.ts";
import { step } from "../../src/core/step.ts";
import type { Agenda } from "./agenda.ts";
import { readKernel } from "./kernel.ts";
import type { Site } from "./site.ts";

/** One step of the daemon, for those who watch. */
export interface StepSeen {
  readonly now: number;
  readonly event: Event;
  readonly before: State;
  readonly after: State;
  readonly commands: readonly Command[];
  readonly wakeAt: number;
}

/** Those who watch the daemon. */
export interface Watcher {
  onStep(seen: StepSeen): void;
  /** All that was to be done at this moment is done. */
  onQuiet(state: State): void;
  /** The process starts, with what it remembers. */
  onStart(memory: Memory | null): void;
}

/** The daemon as a process: started, stalled, killed, started again. */
export interface Daemon {
  start(options: { readonly settings: Settings; readonly memory: Memory | null; readonly seed: number }): void;
  /** kill -9. */
  kill(): void;
  /** The process sleeps; what happens meanwhile waits. `tickFirst`: the late deadline is handled before the replies. */
  stall(options: { readonly forMs: number; readonly tickFirst: boolean }): void;
  push(event: Event): void;
  state(): State | null;
  /** As it was last saved; what is in a file has been through JSON. */
  memory(): Memory | null;
}

export interface DaemonOptions {
  readonly agenda: Agenda;
  readonly site: Site;
  readonly watcher: Watcher;
  readonly programs: Programs;
}

/** What other programs answer at a moment. */
export interface Programs {
  readonly runScript: RunsScripts;
  /** How many calls Asterisk has. */
  readonly activeCalls: (now: number) => number;
  /** Why the machine's resolver can't be told whom to ask; null: it can. */
  readonly tellResolver: (now: number) => string | null;
}

/** A program answers after so long (ms). */
const ANSWER_MS = 20;

/** What becomes of a script that is run now, and how long it takes. */
export type RunsScripts = (
  command: RunScript,
  now: number,
) => { readonly afterMs: number; readonly outcome: ScriptEnded["outcome"] };

/** ARP and neighbour discovery ask three times, a second apart (net.ipv4.neigh.*.ucast_solicit, retrans_time_ms). */
const NEIGHBOUR_ANSWERS_MS = 1;
const NEIGHBOUR_FAILS_MS = 3000;

/** More steps at one moment mean that they will never end. */
const MOST_STEPS = 1000;

/** Nothing runs yet. Steps and commands follow each other as in the real loop. */
export const openDaemon = ({ agenda, site, watcher, programs }: DaemonOptions): Daemon => {
  let state: State | null = null;
  let life = 0;
  let memory: string | null = null;
  let asleep = false;
  let queue: Event[] = [];
  let busy = false;

  const perform = (command: Command): Event | null => {
    switch (command.kind) {
      case "read-kernel":
        return { kind: "kernel-read", kernel: readKernel(site.kernel(), command.sysctlNames, agenda.now()) };
      case "edit-kernel":
        return editAll(site, command.edits);
      case "send-probe":
        return send(command);
      case "run-script":
        return run(command);
      case "ask-asterisk":
        return ask(command);
      case "check-way":
        return check(command);
      case "save-memory":
        memory = JSON.stringify(command.memory);
        return null;
      case "ask-gateway":
        return askGateway(command);
      case "use-resolvers":
        return answer(() => ({ kind: "resolvers-used", problem: programs.tellResolver(agenda.now()) }));
      case "flush-flows":
      case "run-client":
      case "shape-uplink":
      case "report":
      case "answer-order":
        return null;
    }
  };

  const askGateway = (gateway: AskGateway): Event => {
    const { link, address } = gateway;
    const [kind, afterMs] = site.hasNeighbour(gateway)
      ? (["gateway-resolved", NEIGHBOUR_ANSWERS_MS] as const)
      : (["gateway-unresolved", NEIGHBOUR_FAILS_MS] as const);
    answer(() => ({ kind, link, address }), afterMs);
    return { kind: "gateway-asked", link, address };
  };

  /** Heard by the daemon that asked, if it is still alive. */
  const answer = (event: () => Event, afterMs = ANSWER_MS): null => {
    const caller = life;
    agenda.at(agenda.now() + afterMs, () => {
      if (life === caller) push(event());
    });
    return null;
  };

  const ask = ({ question }: AskAsterisk): null =>
    answer(() => ({
      kind: "asterisk-answered",
      question,
      calls: question === "calls" ? programs.activeCalls(agenda.now()) : 0,
      problem: null,
    }));

  const check = ({ uplink }: CheckWay): null => answer(() => ({ kind: "way-checked", uplink, problems: [] }));

  const run = (command: RunScript): null => {
    const { afterMs, outcome } = programs.runScript(command, agenda.now());
    return answer(() => ({ kind: "script-ended", script: command.script, outcome }), afterMs);
  };

  const send = (probe: SendProbe): Event | null => {
    const { uplink, family, seq } = probe;
    const fate = site.fate(probe);
    if (fate === "lost") return null;
    if ("error" in fate) return { kind: "probe-refused", uplink, family, seq, error: fate.error };
    const { rttMs, portal } = fate;
    const end: Event = portal
      ? { kind: "probe-intercepted", uplink, family, seq, rttMs, by: "redirected to http://login.hotel.example/" }
      : { kind: "probe-replied", uplink, family, seq, rttMs };
    return answer(() => end, rttMs);
  };

  const take = (event: Event, before: State): State => {
    const now = agenda.now();
    const { state: after, commands, wakeAt } = step(before, event, now);
    agenda.wakeAt(wakeAt, () => push({ kind: "tick" }));
    watcher.onStep({ now, event, before, after, commands, wakeAt });
    for (const command of commands) {
      const outcome = perform(command);
      if (outcome !== null) queue.push(outcome);
    }
    return after;
  };

  const work = (): void => {
    if (busy || asleep || state === null) return;
    busy = true;
    for (let steps = 0; state !== null; steps += 1) {
      const event = queue.shift();
      if (event === undefined) break;
      if (steps > MOST_STEPS)
        throw new Error(`more than ${MOST_STEPS} steps at one moment, the last for ${event.kind}`);
      state = take(event, state);
    }
    busy = false;
    if (state !== null) watcher.onQuiet(state);
  };

  const push = (event: Event): void => {
    if (state === null) return;
    queue.push(event);
    work();
  };

  const kill = (): void => {
    life += 1;
    state = null;
    queue = [];
    asleep = false;
    busy = false;
    agenda.wakeAt(Number.POSITIVE_INFINITY, () => {});
  };

  const stall = ({ forMs, tickFirst }: { forMs: number; tickFirst: boolean }): void => {
    if (state === null || asleep) return;
    const sleeper = life;
    asleep = true;
    agenda.at(agenda.now() + forMs, () => {
      if (life !== sleeper) return;
      asleep = false;
      const ticks = queue.filter(({ kind }) => kind === "tick");
      const others = queue.filter(({ kind }) => kind !== "tick");
      queue = tickFirst ? [...ticks, ...others] : [...others, ...ticks];
      work();
    });
  };

  return {
    start: ({ settings, memory: kept, seed }) => {
      kill();
      watcher.onStart(kept);
      state = start({ settings, memory: kept, seed, now: agenda.now() });
      push({ kind: "configured", settings });
    },
    kill,
    stall,
    push,
    state: () => state,
    memory: () => (memory === null ? null : (JSON.parse(memory) as Memory)),
  };
};

const editAll = (site: Site, edits: Extract<Command, { kind: "edit-kernel" }>["edits"]): Event => {
  const failures = edits.flatMap((edit) => {
    const refusal = site.edit(edit);
    return refusal === null ? [] : [{ edit, ...refusal }];
  });
  const touched = edits.some((edit) => edit.kind === "load-firewall" || edit.kind === "delete-firewall");
  return { kind: "kernel-edited", failures, firewall: touched ? site.kernel().firewall : undefined };
};
