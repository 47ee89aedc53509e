import { expect, test } from "vitest";
import type { Command } from "../../src/core/command.ts";
import type { Event } from "../../src/core/event.ts";
import { start } from "../../src/core/start.ts";
import { type Status, status } from "../../src/core/status.ts";
import { step } from "../../src/core/step.ts";
import { kernelState } from "../fake/kernel-state.ts";
import { settingsOf } from "../fake/settings.ts";

const SETTINGS = settingsOf();
const GATEWAY = { link: 3, address: "203.0.113.1" } as const;
const DEAD_FROM = 5000;
const TICK: Event = { kind: "tick" };

interface Router {
  /** Takes an event in, at its time. */
  readonly later: (at: number, event: Event) => void;
  readonly runUntil: (until: number) => void;
  readonly status: () => Status;
}

/** The core with a kernel that obeys. `perform` gets the other commands. */
const openRouter = (perform: (command: Command, now: number) => void): Router => {
  let state = start({ settings: SETTINGS, memory: null, seed: 1, now: 0 });
  let [now, wakeAt] = [0, 0];
  const agenda: { readonly at: number; readonly event: Event }[] = [];
  const take = (event: Event): void => {
    const out = step(state, event, now);
    ({ state, wakeAt } = out);
    for (const command of out.commands) {
      if (command.kind === "read-kernel") take({ kind: "kernel-read", kernel: kernelState() });
      else if (command.kind === "edit-kernel") take({ kind: "kernel-edited", failures: [], firewall: "listing" });
      else perform(command, now);
    }
  };
  const runUntil = (until: number): void => {
    while (now < until) {
      agenda.sort((a, b) => a.at - b.at);
      const at = agenda[0]?.at ?? Number.POSITIVE_INFINITY;
      now = Math.max(now, Math.min(wakeAt, at, until));
      take(at <= now ? (agenda.shift()?.event ?? TICK) : TICK);
    }
  };
  agenda.push({ at: 0, event: { kind: "configured", settings: SETTINGS } });
  return { later: (at, event) => void agenda.push({ at, event }), runUntil, status: () => status(state, now) };
};

/** What a gateway makes of being asked. */
type Manners = (askedAt: number) => readonly (readonly [at: number, event: Event])[];

/** The first uplink falls silent, and its gateway has its manners. */
const suffer = (manners: Manners): { status: Status; asked: number; reasons: readonly string[] } => {
  const reasons: string[] = [];
  let asked = 0;
  const router = openRouter((command, now) => {
    if (command.kind === "report" && command.report.kind === "verdict-changed") reasons.push(command.report.reason);
    if (command.kind === "send-probe" && (command.uplink !== "fiber" || now < DEAD_FROM)) {
      const { uplink, family, seq } = command;
      router.later(now + 1, { kind: "probe-replied", uplink, family, seq, rttMs: 1 });
    }
    if (command.kind === "ask-gateway" && command.link === GATEWAY.link) {
      asked += 1;
      for (const [at, event] of manners(now)) router.later(at, event);
    }
  });
  router.runUntil(DEAD_FROM + 7000);
  return { status: router.status(), asked, reasons };
};

const SILENCE = /^\d+ probes to 3 targets unanswered for 3\.\d s/;

const reasonWhere = (manners: Manners): string => suffer(manners).status.uplinks[0]?.families.ipv4?.reason ?? "";

test("an outage beyond a gateway that answers is labelled upstream", () => {
  const reason = reasonWhere((at) => [
    [at, { kind: "gateway-asked", ...GATEWAY }],
    [at + 1, { kind: "gateway-resolved", ...GATEWAY }],
  ]);
  expect(reason).toMatch(new RegExp(`${SILENCE.source}; upstream: its gateway answers$`));
});

test("an outage with a gateway that doesn't answer is labelled access, long before the kernel gives it up", () => {
  const reason = reasonWhere((at) => [[at, { kind: "gateway-asked", ...GATEWAY }]]);
  expect(reason).toMatch(new RegExp(`${SILENCE.source}; access: its gateway is silent$`));
});

test("an outage of which the gateway says nothing has no label", () => {
  expect(reasonWhere(() => [])).toMatch(new RegExp(`${SILENCE.source}$`));
});

test("what is said of the outage is what people read in the log, and the gateway is asked once", () => {
  const { reasons, asked, status: now } = suffer((at) => [[at, { kind: "gateway-unresolved", ...GATEWAY }]]);
  expect(asked).toBe(1);
  expect(reasons).toContain(now.uplinks[0]?.families.ipv4?.reason);
  expect(now.families.ipv4.reason).toMatch(/^fiber is down: .*; access: its gateway is silent$/);
});
