import type { Notice } from "../../../src/core/notify/notice.ts";
import type { NotifySettings } from "../../../src/core/notify/settings.ts";
import {
  type NotifyCommand,
  type NotifyEvent,
  type NotifyMemory,
  type NotifyState,
  startNotify,
  stepNotify,
} from "../../../src/core/notify/step.ts";
import type { UplinkView, View } from "../../../src/core/notify/view.ts";

/** Midnight of some day. */
const WALL_MS = 1_700_000_000_000;

const SETTINGS: NotifySettings = {
  host: "pbx",
  channels: ["email"],
  settleMs: 10_000,
  standbyUnusableAfterMs: 600_000,
};

const uplink = (name: string, works: boolean | null): UplinkView => ({
  name,
  interface: name === "fiber" ? "eth0" : "wwan0",
  tier: name === "fiber" ? 1 : 2,
  works,
  usage: null,
  reason: works === false ? "no target answers" : "all targets answer",
  addresses: ["IPv4 192.0.2.2, gateway 192.0.2.1"],
  routes: ["default via 192.0.2.1 dev eth0 metric 1"],
});

/** How things are: who carries, and who doesn't work. */
export const viewWith = (lead: string, broken: readonly string[] = [], more: Partial<View> = {}): View => ({
  online: !broken.includes(lead),
  lead,
  primary: "fiber",
  how: lead === "fiber" ? "failback" : "failover",
  reason: lead === "fiber" ? "fiber works again" : "fiber is down",
  rehearsing: false,
  rehearsed: null,
  uplinks: ["fiber", "lte"].map((name) => uplink(name, !broken.includes(name))),
  ...more,
});

/** When and in which boot of the machine a story starts; what its clock is off by, ms. */
interface Start {
  readonly now: number;
  readonly boot: string;
  readonly clockOffMs: number;
}

/** A notifier in virtual time, and a relay that the story lets work or fail. */
export const tellPeople = (
  settings: Partial<NotifySettings> = {},
  memory: NotifyMemory | null = null,
  start: Partial<Start> = {},
) => {
  let { now, clockOffMs }: Omit<Start, "boot"> = { now: 0, clockOffMs: 0, ...start };
  let view = viewWith("fiber");
  let relay: "up" | "down" | "hanging" = "up";
  let state: NotifyState = startNotify({ ...SETTINGS, ...settings }, memory, { now, boot: start.boot ?? "a" });
  let wakeAt = now;
  const sent: { at: number; batch: readonly Notice[] }[] = [];
  const attempts: number[] = [];
  const saved: NotifyMemory[] = [];
  const logs: string[] = [];

  const take = (event: NotifyEvent): void => {
    const dateOf = (ms: number) => `day 1, second ${(ms - WALL_MS) / 1000}`;
    const out = stepNotify(state, event, { now, wallMs: WALL_MS + clockOffMs + now, dateOf });
    state = out.state;
    wakeAt = out.wakeAt;
    for (const command of out.commands) obey(command);
  };
  const obey = (command: NotifyCommand): void => {
    if (command.kind === "save") saved.push(command.memory);
    if (command.kind === "log") logs.push(command.text);
    if (command.kind !== "deliver") return;
    attempts.push(now);
    const { channel, batch } = command;
    if (relay === "up") {
      sent.push({ at: now, batch });
      take({ kind: "delivered", channel });
    }
    if (relay === "down") take({ kind: "failed", channel, problem: "connection refused" });
  };
  /** Lets time pass, up to a moment. */
  const until = (at: number): void => {
    for (let steps = 0; wakeAt <= at && steps < 1000; steps += 1) {
      now = Math.max(now, wakeAt);
      take({ kind: "looked", view });
    }
    now = at;
  };
  take({ kind: "looked", view });
  return {
    /** At a moment things are otherwise. */
    at: (ms: number, next: View): void => {
      until(ms);
      view = next;
      take({ kind: "looked", view });
    },
    until,
    take,
    /** Somebody sets the machine's clock. */
    clockIsOffBy: (ms: number): void => {
      clockOffMs = ms;
    },
    relayIs: (next: typeof relay): void => {
      relay = next;
    },
    subjects: (): readonly string[] => sent.map(({ batch }) => batch.at(-1)?.subject ?? ""),
    sent,
    attempts,
    saved,
    logs,
    state: () => state,
  };
};
