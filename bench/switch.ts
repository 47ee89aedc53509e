// From the event that makes the detector decide to the route in the kernel, in a network namespace of its own.
import { execFileSync, spawnSync } from "node:child_process";
import { NETLINK_ROUTE, openNetlink } from "../src/adapter/kernel/netlink.ts";
import { encodeMessage, type Request } from "../src/codec/netlink.ts";
import { putRoute } from "../src/codec/route.ts";
import { type Edit, type KernelState, MAIN_TABLE, PROTOCOL, type Route } from "../src/core/kernel/kernel.ts";
import { step } from "../src/core/step.ts";
import { type MachineAccess, openMachineAccess } from "../src/daemon/machine-access.ts";
import { openPilot, type StepSeen } from "./lib/pilot.ts";
import { COMMAND_FLAGS } from "./lib/product.ts";
import { machineText, printTable } from "./lib/report.ts";
import { addressesOf, interfaceOf, settingsFor, USUAL_SITE } from "./lib/site.ts";
import { type Spread, spreadOf, spreadText } from "./lib/spread.ts";
import { openWan } from "./lib/wan.ts";

const WARM_UP_SWITCHES = 2_000;
const SWITCHES = 1_000;
const FRESH_PROCESSES = 7;
const IP_CALLS = 50;
/** Long enough for all uplinks to be up, and for the silence to be believed. */
const LIVE_MS = 60_000;
const SILENCE_MS = 20_000;

type Trigger = "silent" | "path-lost";

const TRIGGERS: Readonly<Record<Trigger, string>> = {
  silent: "last silent probe's tick (divert)",
  "path-lost": "carrier lost (failover)",
};

/** The moment of a decision, to be lived through again and again. */
interface Moment extends Pick<StepSeen, "before" | "event" | "now"> {
  /** Puts the kernel back. */
  readonly undo: readonly Edit[];
}

const isSwitch = (edit: Edit): boolean =>
  edit.kind === "put-route" && edit.route.table === MAIN_TABLE && edit.route.metric === 1;

const editsOf = ({ commands }: StepSeen["step"]): readonly Edit[] =>
  commands.flatMap((command) => (command.kind === "edit-kernel" ? command.edits : []));

const withoutCarrier = (kernel: KernelState, name: string): KernelState => ({
  ...kernel,
  links: kernel.links.map((link) => (link.name === name ? { ...link, carrier: false } : link)),
});

/** Lets a site live until its first uplink fails, and gives the moment at which that is decided. */
const leadUpTo = (trigger: Trigger, machine: MachineAccess): Moment => {
  let broken = false;
  let found: StepSeen | undefined;
  const victim = interfaceOf(0);
  const pilot = openPilot({
    settings: settingsFor(USUAL_SITE),
    kernel: machine,
    answers: ({ uplink }) => !broken || uplink !== victim,
    onStep: (seen) => {
      if (broken && editsOf(seen.step).some(isSwitch)) found ??= seen;
    },
  });
  pilot.push({ kind: "tick" });
  pilot.advance(LIVE_MS);
  const before = machine.read([]);
  broken = true;
  if (trigger === "path-lost") {
    const kernel = pilot.state().kernel ?? before;
    pilot.push({ kind: "kernel-read", kernel: withoutCarrier(kernel, victim) });
  } else pilot.advance(SILENCE_MS);
  if (found === undefined) throw new Error("Nothing was decided.");
  const undo = restoring(before, machine.read([]));
  machine.edit(undo);
  return { before: found.before, event: found.event, now: found.now, undo };
};

const isOurs = ({ protocol }: { protocol: number }): boolean => protocol === PROTOCOL;

const isSameSlot = (a: Route, b: Route): boolean =>
  a.family === b.family && a.table === b.table && a.metric === b.metric && a.destination === b.destination;

const restoring = (before: KernelState, after: KernelState): Edit[] => [
  ...before.routes.filter(isOurs).map((route): Edit => ({ kind: "put-route", route })),
  ...after.routes
    .filter((route) => isOurs(route) && !before.routes.some((other) => isSameSlot(other, route)))
    .map((route): Edit => ({ kind: "delete-route", route })),
];

/** Microseconds of the parts of one switch. */
interface Cost {
  readonly decide: number;
  readonly edit: number;
}

/** The event through `step`, and its first edits up to the switch itself; the rest of them and the undoing aren't timed. */
const switchOnce = ({ before, event, now, undo }: Moment, machine: MachineAccess): Cost => {
  const began = performance.now();
  const edits = editsOf(step(before, event, now));
  const last = edits.findIndex(isSwitch) + 1;
  const decided = performance.now();
  const { failures } = machine.edit(edits.slice(0, last));
  const done = performance.now();
  if (last === 0 || failures.length > 0) throw new Error(failures[0]?.message ?? "Nothing was decided.");
  machine.edit(undo);
  return { decide: (decided - began) * 1000, edit: (done - decided) * 1000 };
};

const defaultInterface = (family: "-4" | "-6"): string =>
  /dev (\S+)/.exec(
    execFileSync("ip", [family, "-o", "route", "show", "default", "metric", "1"], { encoding: "utf8" }),
  )?.[1] ?? "";

/** Whether a switch does what it should. */
const check = (moment: Moment, machine: MachineAccess): void => {
  const edits = editsOf(step(moment.before, moment.event, moment.now));
  machine.edit(edits);
  const now = [defaultInterface("-4"), defaultInterface("-6")];
  machine.edit(moment.undo);
  const then = [defaultInterface("-4"), defaultInterface("-6")];
  if (!now.includes(interfaceOf(1)) || then.some((name) => name !== interfaceOf(0)))
    throw new Error(`The routes went to ${now} and back to ${then}.`);
};

const rowOf = (name: string, spread: Spread, digits = 1): string[] => [name, spreadText(spread, digits)];

const costRows = (name: string, costs: readonly Cost[]): string[][] => [
  rowOf(`${name}: to the route in place`, spreadOf(costs.map(({ decide, edit }) => decide + edit))),
  rowOf("  of it: event → decision (step)", spreadOf(costs.map(({ decide }) => decide))),
  rowOf("  of it: decision → kernel (encode, send, receive)", spreadOf(costs.map(({ edit }) => edit))),
];

const routesOver = ({ links }: KernelState): Route[] =>
  [0, 1].map((place) => {
    const link = links.find(({ name }) => name === interfaceOf(place))?.index ?? 0;
    return {
      family: "ipv4",
      table: MAIN_TABLE,
      destination: "default",
      metric: 1,
      protocol: PROTOCOL,
      type: "unicast",
      hops: [{ gateway: addressesOf(place).ipv4.gateway, link, weight: 1, onlink: false }],
      source: null,
      expiresInMs: null,
    };
  });

const encoded = ({ type, flags, body }: Request): Uint8Array =>
  encodeMessage({ type, flags, sequence: 1, port: 0, body });

const replaceByChild = (place: number): void => {
  const way = ["default", "via", addressesOf(place).ipv4.gateway, "dev", interfaceOf(place)];
  execFileSync("ip", ["route", "replace", ...way, "proto", String(PROTOCOL), "metric", "1"]);
};

const timed = (work: () => unknown): number => {
  const began = performance.now();
  work();
  return (performance.now() - began) * 1000;
};

/** Works on two things in turn, so that each call changes something. */
const alternate = <Item>(items: readonly Item[], times: number, work: (item: Item) => unknown): Spread =>
  spreadOf(
    Array.from({ length: times }, () => items)
      .flat()
      .map((item) => timed(() => work(item))),
  );

const partRows = (): string[][] => {
  const routes = routesOver(openMachineAccess().read([]));
  const netlink = openNetlink({ protocol: NETLINK_ROUTE });
  return [
    rowOf(
      "encoding alone",
      alternate(routes, SWITCHES, (route) => encoded(putRoute(route))),
    ),
    rowOf("request alone (send and receive)", alternate(routes.map(putRoute), SWITCHES, netlink.request)),
    rowOf("`ip route replace` as a child process", alternate([0, 1], IP_CALLS, replaceByChild), 0),
  ];
};

/** As often as asked, in namespaces of their own. */
const switches = (trigger: Trigger, times: { warmUp: number; count: number }): Cost[] => {
  const wan = openWan(USUAL_SITE);
  try {
    const machine = openMachineAccess();
    const moment = leadUpTo(trigger, machine);
    if (times.warmUp > 0) check(moment, machine);
    for (let index = 0; index < times.warmUp; index += 1) switchOnce(moment, machine);
    return Array.from({ length: times.count }, () => switchOnce(moment, machine));
  } finally {
    wan.close();
  }
};

const ONCE = "once";

/** The first switch of a process, as in a daemon that has had nothing to switch so far. */
const firstSwitch = (trigger: Trigger): Cost => {
  const argv = [...COMMAND_FLAGS, process.argv[1] ?? "", ONCE, trigger];
  const { stdout, stderr } = spawnSync(process.execPath, argv, { encoding: "utf8" });
  const [cost] = JSON.parse(stdout || "[]") as Cost[];
  if (cost === undefined) throw new Error(`A fresh process failed: ${stderr}`);
  return cost;
};

const partsInNamespace = (): string[][] => {
  const wan = openWan(USUAL_SITE);
  try {
    return partRows();
  } finally {
    wan.close();
  }
};

const all = (): void => {
  const triggers = Object.keys(TRIGGERS) as Trigger[];
  const warm = triggers.flatMap((trigger) =>
    costRows(TRIGGERS[trigger], switches(trigger, { warmUp: WARM_UP_SWITCHES, count: SWITCHES })),
  );
  const fresh = triggers.flatMap((trigger) =>
    costRows(
      `first of a process, ${TRIGGERS[trigger]}`,
      Array.from({ length: FRESH_PROCESSES }, () => firstSwitch(trigger)),
    ),
  );
  console.log(machineText());
  printTable({
    title: `Microseconds, ${SWITCHES} switches warmed up, ${FRESH_PROCESSES} fresh processes; median (min–max)`,
    columns: ["", "µs"],
    rows: [...warm, ...fresh, ...partsInNamespace()],
  });
};

const [, , mode, trigger] = process.argv;
if (mode === ONCE) console.log(JSON.stringify(switches(trigger as Trigger, { warmUp: 0, count: 1 })));
else all();
