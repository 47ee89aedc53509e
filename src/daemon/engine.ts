import { dirname } from "node:path";
import { asMemory } from "../action/reset.ts";
import { type Clock, openClock } from "../adapter/clock.ts";
import { openJournalFile } from "../adapter/file/journal-file.ts";
import { readState, writeState } from "../adapter/file/state-file.ts";
import { openHours } from "../adapter/hours.ts";
import type { KernelHint } from "../adapter/kernel/hint.ts";
import { shapeUplink } from "../adapter/kernel/shaper.ts";
import { openTrafficMeter } from "../adapter/kernel/traffic.ts";
import { type KernelWatcher, watchKernel } from "../adapter/kernel/watcher.ts";
import { openProberPool, type ProberPool } from "../adapter/probe/prober-pool.ts";
import { type DhcpClients, openDhcpClients, type RunningClient } from "../adapter/process/dhcp-client.ts";
import { runScript } from "../adapter/process/script.ts";
import { random32 } from "../adapter/random.ts";
import { openLocalResolver } from "../adapter/service/local-resolver.ts";
import type { RunScript } from "../core/command.ts";
import type { Event, Order, UsageCounted } from "../core/event.ts";
import { FIREWALL_TABLE } from "../core/kernel/firewall.ts";
import { type View, viewOf } from "../core/notify/view.ts";
import { isGateway, type Neighbour } from "../core/path/gateway-asking.ts";
import type { Report } from "../core/report.ts";
import { reportText } from "../core/report-text.ts";
import { scriptCalls } from "../core/scripts.ts";
import type { Settings } from "../core/settings.ts";
import { start } from "../core/start.ts";
import type { State } from "../core/state.ts";
import { type Status, status } from "../core/status.ts";
import { wordsOf } from "../error.ts";
import { type Journal, openJournal, type Stepped } from "../shell/journal/journal.ts";
import { openPackedStore } from "../shell/journal/packed-store.ts";
import { openLoop } from "../shell/loop.ts";
import type { Messages } from "../shell/messages.ts";
import { type OrderAnswer, type Orders, openOrders } from "../shell/orders.ts";
import { type Ports, perform } from "../shell/perform.ts";
import { VERSION } from "../version.ts";
import type { MachineAccess } from "./machine-access.ts";
import { openRehearsalDay, type RehearsalDay } from "./rehearsal-day.ts";

/** The core at work: its loop, and every adapter that brings events in or carries commands out. */
export interface Engine {
  /** Reads the kernel for the first time and goes on from there. */
  begin(): void;
  /** Takes new settings. */
  configure(settings: Settings): void;
  /** What the uplinks have carried was counted. */
  tell(counted: UsageCounted): void;
  order(order: Order): Promise<OrderAnswer>;
  status(): Status;
  /** How each script would be called now. */
  scriptCalls(): readonly RunScript[];
  /** What messages tell of. */
  view(): View;
  /** Holds what happened and the disk doesn't have yet. */
  readonly journal: Pick<Journal, "write" | "writeNow">;
  /** What SIGTERM should do to the kernel's state. */
  onStop(): "keep" | "restore";
  /** Stops probing, counting and watching; the kernel's state stays as it is. */
  end(): void;
}

export interface EngineOptions {
  readonly settings: Settings;
  /** Where the memory of earlier runs is. */
  readonly statePath: string;
  /** The file of the last rehearsal's day. */
  readonly rehearsalPath: string;
  /** The file of DNS servers that dnsmasq reads. */
  readonly resolversPath: string;
  /** The journal's folder. */
  readonly journalPath: string;
  readonly machine: MachineAccess;
  readonly messages: Messages;
  /** Called after what people see may have changed. Must not throw. */
  readonly onNews: () => void;
  /** Is told of each report. Must not throw. */
  readonly onReport: (report: Report) => void;
  /** Is shown each step that was taken. Must not throw. */
  readonly observe: (stepped: Stepped) => void;
}

/** While there is user traffic, it is counted this often (ms): packets without an answer call for a probe at once. */
const COUNT_BUSY_MS = 50;

/** On idle lines nobody waits for an answer: counting is two thirds of what the daemon costs then. */
const COUNT_IDLE_MS = 250;

/** Traffic that pauses for so many countings is over. */
const PAUSE_COUNTINGS = 40;

/** What the adapters share. */
interface Parts extends EngineOptions {
  readonly clock: Clock;
  readonly probers: ProberPool;
  readonly clients: DhcpClients;
  readonly orders: Orders;
  readonly rehearsalDay: RehearsalDay;
}

/** Puts the loop and its adapters together. Throws AppError. */
export const openEngine = (options: EngineOptions): Engine => {
  const push = (event: Event): void => loop.push(event);
  const probers = openProberPool({
    onReplied: (outcome) => push({ kind: "probe-replied", ...outcome }),
    onIntercepted: (outcome) => push({ kind: "probe-intercepted", ...outcome }),
    onRefused: (outcome) => push({ kind: "probe-refused", ...outcome }),
  });
  const clients = openDhcpClients({ directory: dirname(options.statePath), onEvent: push });
  const complain = (problem: string): void => options.messages.add("error", problem);
  const rehearsalDay = openRehearsalDay(options.rehearsalPath, complain);
  const parts: Parts = { ...options, clock: openClock(), probers, clients, orders: openOrders(push), rehearsalDay };
  const ports = portsOf(parts, push);
  const initial = initialState(parts);
  const journal = journalOf(parts, initial);
  const loop = openLoop({
    initial,
    clock: parts.clock,
    perform: (command) => perform(ports, command),
    observe: (stepped) => {
      journal.observe(stepped);
      if (isNews(stepped)) options.onNews();
      options.observe(stepped);
    },
  });
  const senses = openSenses(parts, push, (neighbour) => isGateway(loop.state(), neighbour));
  const hours = openHours(push);
  return {
    begin: () => {
      clients.endOrphans();
      senses.open();
      push({ kind: "tick" });
      hours.open();
    },
    configure: (settings) => {
      probers.keepOnly(settings.uplinks.map((uplink) => uplink.name));
      clients.keepOnly((client) => isClientWanted(client, settings));
      push({ kind: "configured", settings });
      push({ kind: "kernel-changed" });
    },
    tell: push,
    order: parts.orders.give,
    status: () => status(loop.state(), parts.clock.now()),
    scriptCalls: () => scriptCalls(loop.state()),
    view: () => viewOf(loop.state()),
    journal,
    onStop: () => loop.state().failover.onStop,
    end: () => {
      senses.close();
      hours.close();
      parts.clock.wakeAt(Number.POSITIVE_INFINITY, () => {});
      probers.close();
      clients.close();
    },
  };
};

/** One on another interface would go on telling of the network there. */
const isClientWanted = (client: RunningClient, { uplinks }: Settings): boolean =>
  uplinks.some(
    (one) =>
      one.name === client.uplink && one.interface === client.interface && one.families[client.family].method === "dhcp",
  );

/** Most steps are answers to probes, of which nobody needs to hear. */
const isNews = ({ event, commands }: Stepped): boolean =>
  event.kind === "kernel-read" || event.kind === "configured" || commands.some(({ kind }) => kind === "report");

const initialState = ({ settings, statePath, messages, clock, rehearsalDay }: Parts): State => {
  const { state, problem } = readState(statePath);
  if (problem !== null) messages.add("error", problem);
  const memory = asMemory(state);
  return start({ settings, memory, rehearsedOn: rehearsalDay.last(), seed: random32(), now: clock.now() });
};

const journalOf = ({ journalPath, messages, clock }: Parts, initial: State): Journal =>
  openJournal({
    initial,
    now: clock.now(),
    version: VERSION,
    wallOffset: () => wallOffset(clock),
    store: openPackedStore(openJournalFile(journalPath)),
    complain: (problem) => messages.add("error", problem),
  });

/** What makes milliseconds since 1970 of those since boot, at this moment: somebody may set the clock. */
const wallOffset = (clock: Clock): number => Date.now() - clock.now();

const portsOf = (
  { machine, messages, statePath, resolversPath, probers, clients, orders, rehearsalDay, clock, onReport }: Parts,
  push: (event: Event) => void,
): Ports => {
  const complain = (error: unknown): void => messages.add("error", wordsOf(error));
  const resolver = openLocalResolver({ path: resolversPath });
  return {
    readKernel: machine.read,
    editKernel: machine.edit,
    sendProbe: probers.send,
    askGateway: machine.askGateway,
    flushFlows: (flows) => void machine.flush(flows).catch(complain),
    runClient: clients.run,
    runScript: ({ script, since, variables, ...run }) => {
      const onLine = (line: string): void => messages.add("info", `${run.path}: ${line}`);
      const dated = { ...variables, WAN_FAILOVER_SINCE: new Date(wallOffset(clock) + since).toISOString() };
      void runScript({ ...run, variables: dated, onLine }).then((outcome) =>
        push({ kind: "script-ended", script, outcome }),
      );
    },
    shapeUplink: (order) =>
      void shapeUplink(order).then((shaped) => push({ kind: "uplink-shaped", uplink: order.uplink, ...shaped })),
    useResolvers: (order) => void resolver.use(order).then((problem) => push({ kind: "resolvers-used", problem })),
    askAsterisk: (question) => {
      void import("../adapter/service/asterisk.ts").then(({ askAsterisk }) => askAsterisk(question)).then(push);
    },
    checkWay: (check) => {
      void import("../adapter/probe/way-check.ts")
        .then(({ checkWay }) => checkWay(check))
        .then((problems) => push({ kind: "way-checked", uplink: check.uplink, problems }));
    },
    saveMemory: (memory) => {
      rehearsalDay.note(memory.rehearsal?.begunOn ?? null);
      const problem = writeState(statePath, memory);
      if (problem !== null) messages.add("error", problem);
    },
    report: (report) => {
      const { importance, text } = reportText(report);
      messages.add(importance, text);
      onReport(report);
    },
    answerOrder: orders.answer,
    complain,
  };
};

/** What tells the core of the world without being asked: the kernel's notifications, and the counters of user traffic. */
const openSenses = (
  { machine, messages }: Parts,
  push: (event: Event) => void,
  concerns: (neighbour: Neighbour) => boolean,
): { open: () => void; close: () => void } => {
  const counting = openCounting({ machine, messages }, push);
  let watcher: KernelWatcher | undefined;
  return {
    open: () => {
      watcher = watchKernel({
        table: FIREWALL_TABLE,
        onChange: (hints) =>
          tellHints(
            hints.filter((hint) => !("link" in hint) || concerns(hint)),
            push,
          ),
      });
      counting.open();
    },
    close: () => {
      watcher?.close();
      counting.close();
    },
  };
};

/** Counts user traffic, often while there is some. */
const openCounting = (
  { machine, messages }: Pick<Parts, "machine" | "messages">,
  push: (event: Event) => void,
): { open: () => void; close: () => void } => {
  const meter = openTrafficMeter();
  let timer: NodeJS.Timeout | undefined;
  let quiet = 0;
  const read = (): void => {
    try {
      const counts = meter.since(machine.counters());
      quiet = counts.length > 0 ? 0 : quiet + 1;
      if (counts.length > 0) push({ kind: "traffic-counted", counts });
    } catch (error) {
      messages.add("error", wordsOf(error));
    }
  };
  const open = (): void => {
    timer = setTimeout(
      () => {
        read();
        open();
      },
      quiet > PAUSE_COUNTINGS ? COUNT_IDLE_MS : COUNT_BUSY_MS,
    );
  };
  return { open, close: () => clearTimeout(timer) };
};

/** Hints are only hints: the kernel is read anew, once for all of them. */
const tellHints = (hints: readonly KernelHint[], push: (event: Event) => void): void => {
  for (const hint of hints) {
    if (!("link" in hint)) continue;
    const kind = hint.kind === "neighbour-failed" ? "gateway-unresolved" : "gateway-resolved";
    push({ kind, link: hint.link, address: hint.address });
  }
  if (hints.some((hint) => !("link" in hint))) push({ kind: "kernel-changed" });
};
