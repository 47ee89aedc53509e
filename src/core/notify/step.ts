import { rehearsalText } from "../report-text.ts";
import { type CapNews, type ToldCaps, watchCaps } from "./caps.ts";
import { type MovesState, startMoves, tellMoves, watchMoves } from "./moves.ts";
import type { Notice } from "./notice.ts";
import { NO_OUTAGE, type OutageState, outageNews, outageTold, watchOutage } from "./outage.ts";
import { boxesFor, boxWith, collect, collectAt, delivered, failed, hurry, type Outbox, post } from "./outbox.ts";
import type { Moment, NotifySettings } from "./settings.ts";
import { type KeptClock, keptSince, sinceKept } from "./since.ts";
import { type DownUplinks, type StandbyNews, toldBySwitch, watchStandbys } from "./standby.ts";
import { subjectOf } from "./subject.ts";
import type { View } from "./view.ts";
import { detailsOf, sentence, spanText } from "./words.ts";

/** Everything that the telling of people depends on. */
export interface NotifyState {
  readonly settings: NotifySettings;
  /** Names the machine's boot. */
  readonly boot: string;
  readonly moves: MovesState;
  readonly outage: OutageState;
  readonly down: DownUplinks;
  readonly caps: ToldCaps;
  /** When the rehearsal was that was told last; null: none was yet, so that one of an earlier run isn't told again. */
  readonly rehearsedAt: number | null;
  readonly boxes: Outbox;
  /** When time alone leads to something about the uplinks. */
  readonly lookAt: number;
}

/** What happens. */
export type NotifyEvent =
  /** Something was reported, or a deadline has come: how things are now. */
  | { readonly kind: "looked"; readonly view: View }
  /** The batch that was being sent on this channel is through, or is not. `problem`: one sentence, without secrets. */
  | { readonly kind: "delivered"; readonly channel: string }
  | { readonly kind: "failed"; readonly channel: string; readonly problem: string }
  /** Somebody wants to see whether messages arrive. */
  | { readonly kind: "test-asked"; readonly view: View }
  | { readonly kind: "configured"; readonly settings: NotifySettings };

/** What is to be done. */
export type NotifyCommand =
  /** Answered by `delivered` or `failed`. */
  | { readonly kind: "deliver"; readonly channel: string; readonly batch: readonly Notice[] }
  /** Keep this over a restart, and over a loss of power. */
  | { readonly kind: "save"; readonly memory: NotifyMemory }
  | { readonly kind: "log"; readonly level: "error" | "info"; readonly text: string };

/** What outlives the process and the machine's uptime. */
export interface NotifyMemory {
  readonly version: 1;
  readonly pending: Readonly<Record<string, readonly Notice[]>>;
  readonly told: string | null;
  /** Ms since 1970. */
  readonly awaySinceMs: number | null;
  /** Uplinks whose failure people know of: since when (ms since 1970). */
  readonly down: Readonly<Record<string, number>>;
  /** By what these dates were made. Missing in older memories. */
  readonly clock?: KeptClock;
  /** Missing in older memories. */
  readonly caps?: ToldCaps;
}

/** What a step led to. */
export interface NotifyStep {
  readonly state: NotifyState;
  readonly commands: readonly NotifyCommand[];
  /** When to look again at the latest; Infinity if never. */
  readonly wakeAt: number;
}

/** When and on what machine the telling starts. */
export interface NotifyStart {
  /** Milliseconds, monotonic since boot. */
  readonly now: number;
  /** Names the machine's boot. */
  readonly boot: string;
}

/** The state before the first event. `memory`: of an earlier run, null if none. Pure; never throws. */
export const startNotify = (
  settings: NotifySettings,
  memory: NotifyMemory | null,
  { now, boot }: NotifyStart,
): NotifyState => {
  const { told = null, awaySinceMs = null, down = {}, caps = {}, pending = {} } = memory ?? {};
  const clock = memory?.clock?.boot === boot ? memory.clock : null;
  return {
    settings,
    boot,
    moves: startMoves({ told, awaySince: awaySinceMs === null ? null : sinceKept(awaySinceMs, clock) }),
    outage: NO_OUTAGE,
    down: Object.fromEntries(
      Object.entries(down).map(([name, sinceMs]) => [name, { since: sinceKept(sinceMs, clock), told: "by-itself" }]),
    ),
    caps,
    rehearsedAt: null,
    boxes: boxesFor(
      settings.channels,
      Object.fromEntries(Object.entries(pending).map(([channel, batch]) => [channel, boxWith(batch)])),
    ),
    lookAt: now,
  };
};

/** What to tell whom, and when to try again. Switching knows nothing of it. Pure; never throws. */
export const stepNotify = (before: NotifyState, event: NotifyEvent, moment: Moment): NotifyStep => {
  const { state, logs } = note(before, event, moment);
  const { boxes, parcels } = collect(state.boxes, moment.now);
  const after = { ...state, boxes };
  return {
    state: after,
    commands: [
      ...logs,
      ...(isWorthKeeping(before, after) ? [{ kind: "save", memory: rememberNotify(after, moment) } as const] : []),
      ...parcels.map((parcel) => ({ kind: "deliver", ...parcel }) as const),
    ],
    wakeAt: Math.min(after.lookAt, collectAt(boxes)),
  };
};

/** After a switch another way may lead to the relay: it is tried after so long (ms), whatever the back-off says. */
const AFTER_SWITCH_MS = 3000;

interface Noted {
  readonly state: NotifyState;
  readonly logs: readonly NotifyCommand[];
}

const note = (state: NotifyState, event: NotifyEvent, moment: Moment): Noted => {
  switch (event.kind) {
    case "looked":
      return { state: look(state, event.view, moment), logs: [] };
    case "delivered":
      return {
        state: { ...state, boxes: delivered(state.boxes, event.channel) },
        logs: [through(state, event.channel)],
      };
    case "failed":
      return {
        state: { ...state, boxes: failed(state.boxes, { ...event, now: moment.now }) },
        logs: firstFailure(state, event),
      };
    case "test-asked":
      return { state: hurried(posted(state, testNotice(event.view), moment), moment.now), logs: [] };
    case "configured": {
      const { settings } = event;
      return { state: { ...state, settings, boxes: boxesFor(settings.channels, state.boxes) }, logs: [] };
    }
  }
};

const through = ({ boxes }: NotifyState, channel: string): NotifyCommand => {
  const after = boxes[channel]?.attempts ?? 0;
  const late = after === 0 ? "" : `, at attempt ${after + 1}`;
  return { kind: "log", level: "info", text: `Told by ${channel}${late}` };
};

/** The log hears of a failure once, status as long as it lasts. */
const firstFailure = (
  { boxes }: NotifyState,
  { channel, problem }: { channel: string; problem: string },
): readonly NotifyCommand[] =>
  boxes[channel]?.problem === problem
    ? []
    : [{ kind: "log", level: "error", text: `Can't tell by ${channel} and will try again: ${problem}` }];

const hurried = (state: NotifyState, at: number): NotifyState => ({ ...state, boxes: hurry(state.boxes, at) });

const look = (before: NotifyState, view: View, moment: Moment): NotifyState => {
  const { now } = moment;
  const { settleMs } = before.settings;
  const moves = watchMoves(before.moves, { view, settleMs, moment });
  const outage = watchOutage(before.outage, { view, settleMs, moment });
  const isOtherWay = moves.count !== before.moves.count || (before.outage.since !== null && outage.since === null);
  const seen = {
    ...before,
    moves,
    outage,
    boxes: isOtherWay ? hurry(before.boxes, now + AFTER_SWITCH_MS) : before.boxes,
  };
  const told = tellOutage(tellSwitches(seen, view, moment), view, moment);
  const { down, news, dueAt } = watchStandbys(told.down, {
    view,
    afterMs: told.settings.standbyUnusableAfterMs,
    moment,
  });
  const after = news.reduce((state, one) => posted(state, standbyNotice(one, view), moment), { ...told, down });
  const capped = tellRehearsal(tellCaps(after, view, moment), view, moment);
  return { ...capped, lookAt: Math.min(after.moves.dueAt, after.outage.dueAt, dueAt) };
};

const tellSwitches = (state: NotifyState, view: View, moment: Moment): NotifyState => {
  if (moment.now < state.moves.dueAt) return state;
  const { state: moves, notice } = tellMoves(state.moves, view, moment);
  const { overMs } = state.outage;
  const summary = overMs === 0 ? notice.summary : `${notice.summary}\nNo uplink worked for ${spanText(overMs)}.`;
  const left = state.moves.moves.map(({ from }) => from);
  const outage = state.outage.since === null ? NO_OUTAGE : state.outage;
  return posted({ ...state, moves, outage, down: toldBySwitch(state.down, left) }, { ...notice, summary }, moment);
};

const tellOutage = (state: NotifyState, view: View, moment: Moment): NotifyState => {
  const kind = outageNews(state.outage, moment.now);
  if (kind === null) return state;
  const { overMs } = state.outage;
  const summary =
    kind === "offline"
      ? `No uplink works: ${view.uplinks.map(({ name, reason }) => `${name} ${reason}`).join("; ")}.`
      : `The internet is back over ${view.lead}. No uplink worked for ${spanText(overMs)}.`;
  const notice = { kind, summary, details: detailsOf(view), active: view.lead, uplink: null };
  return posted({ ...state, outage: outageTold(state.outage) }, notice, moment);
};

const tellCaps = (state: NotifyState, view: View, moment: Moment): NotifyState => {
  const { told, news } = watchCaps(state.caps, view);
  const notice = ({ kind, uplink, text }: CapNews): Draft => ({
    kind,
    summary: `${text} Traffic goes on as before.`,
    details: detailsOf(view),
    active: view.lead,
    uplink,
  });
  return news.reduce((after, one) => posted(after, notice(one), moment), { ...state, caps: told });
};

const tellRehearsal = (state: NotifyState, view: View, moment: Moment): NotifyState => {
  const { rehearsed } = view;
  const seen = { ...state, rehearsedAt: rehearsed?.at ?? 0 };
  if (rehearsed === null || state.rehearsedAt === null || state.rehearsedAt === rehearsed.at) return seen;
  const notice: Draft = {
    kind: rehearsed.problems.length === 0 ? "rehearsal-passed" : "rehearsal-failed",
    summary: `${rehearsalText(rehearsed)}.`,
    details: detailsOf(view),
    active: view.lead,
    uplink: rehearsed.uplink,
  };
  return posted(seen, notice, moment);
};

const standbyNotice = ({ kind, uplink, downMs }: StandbyNews, view: View): Draft => ({
  kind,
  summary:
    kind === "standby-down"
      ? `${sentence(`${uplink.name} has not worked for ${spanText(downMs)}: ${uplink.reason}`)} Traffic takes ${view.lead}; if that fails too, ${uplink.name} can't help.`
      : `${uplink.name} works again.${downMs === 0 ? "" : ` It did not for ${spanText(downMs)}.`}`,
  details: detailsOf(view),
  active: view.lead,
  uplink: uplink.name,
});

const testNotice = (view: View): Draft => ({
  kind: "test",
  summary: "This is a test. Nothing has happened, and what you read is what you would get.",
  details: detailsOf(view),
  active: view.lead,
  uplink: null,
});

type Draft = Omit<Notice, "id" | "atMs" | "date" | "subject">;

const posted = (state: NotifyState, draft: Draft, { wallMs, now, dateOf }: Moment): NotifyState => {
  const notice: Notice = {
    ...draft,
    id: `${Math.round(wallMs)}-${Math.round(now)}-${draft.kind}`,
    atMs: wallMs,
    date: dateOf(wallMs),
    subject: subjectOf(draft, state.settings.host),
  };
  return { ...state, boxes: post(state.boxes, notice) };
};

/** What to keep of a state. Never throws. */
const rememberNotify = ({ boot, boxes, moves, down, caps }: NotifyState, { now, wallMs }: Moment): NotifyMemory => {
  const clock: KeptClock = { boot, offsetMs: wallMs - now };
  return {
    version: 1,
    pending: Object.fromEntries(Object.entries(boxes).map(([channel, { pending }]) => [channel, pending])),
    told: moves.told,
    awaySinceMs: moves.awaySince && keptSince(moves.awaySince, clock),
    caps,
    down: Object.fromEntries(
      Object.entries(down).flatMap(([name, { told, since }]) =>
        told === "by-itself" ? [[name, keptSince(since, clock)]] : [],
      ),
    ),
    clock,
  };
};

const isWorthKeeping = (before: NotifyState, after: NotifyState): boolean =>
  before.moves.told !== after.moves.told ||
  before.moves.awaySince !== after.moves.awaySince ||
  before.caps !== after.caps ||
  Object.entries(after.boxes).some(([channel, { pending }]) => before.boxes[channel]?.pending !== pending);
