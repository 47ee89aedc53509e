import type { ShapeUplink } from "../command.ts";
import type { Event } from "../event.ts";
import type { Report } from "../report.ts";
import type { ReviewPart } from "../review-part.ts";
import type { State, UplinkState } from "../state.ts";
import type { KernelState } from "./kernel.ts";

/** How a line wraps packets, in CAKE's words (tc-cake(8)). */
export const LINK_LAYERS = [
  "ethernet",
  "docsis",
  "pppoe-ptm",
  "bridged-ptm",
  "pppoe-vcmux",
  "pppoe-llcsnap",
  "bridged-vcmux",
  "bridged-llcsnap",
  "conservative",
] as const;

/** One of them. */
export type LinkLayer = (typeof LINK_LAYERS)[number];

/** How an uplink's egress is shaped. */
export interface ShapeSettings {
  /** In kbit/s. */
  readonly upload: number;
  readonly linkLayer: LinkLayer;
  readonly ackFilter: boolean;
}

/** What is known of an uplink's shaper. */
export interface Shaper {
  /** The order that was given last, as text. */
  readonly ordered: string;
  /** It is being carried out. */
  readonly busy: boolean;
  /** Who shapes; null: nobody, or it isn't known yet. */
  readonly by: "cake" | "htb" | null;
  /** Why not by CAKE, or not at all; null if nothing went wrong. */
  readonly problem: string | null;
  /** Not touched again before. */
  readonly restsUntil: number;
}

/** Handles of our queueing disciplines, as tc writes them: 8701: and so on. The low half of the word belongs to classes. */
const HANDLE_BASE = 0x8700;

/** The handle's major number of an uplink's shaper. Never throws. */
export const handleOf = (uplink: UplinkState): number => HANDLE_BASE + uplink.number;

/** Whether a handle is one of ours. Never throws. */
export const isOurHandle = (handle: number): boolean => handle >> 8 === HANDLE_BASE >> 8;

/** Where a shaper of ours belongs. */
export interface ShaperPlace {
  readonly link: number;
  readonly handle: number;
}

/** Where shapers of ours may stay. Never throws. */
export const shaperPlaces = (uplinks: readonly UplinkState[], kernel: KernelState): readonly ShaperPlace[] =>
  uplinks.flatMap((uplink) => {
    const link = kernel.links.find(({ name }) => name === uplink.settings.interface);
    return uplink.settings.shape === null || link === undefined ? [] : [{ link: link.index, handle: handleOf(uplink) }];
  });

/** Another program may want the interface for itself: it is asked no more often than this, ms. */
const REST_MS = 5000;

/** What failed is tried again after so long, ms. */
const RETRY_MS = 60_000;

/** Orders the shapers that are missing or were made for other settings. Pure; never throws. */
export const tellShapers = (state: State, now: number): ReviewPart => {
  const orders = state.uplinks.flatMap((uplink) => orderFor(state, uplink) ?? []);
  const resting = orders.filter((order) => restsUntil(state, order) > now);
  const due = orders.filter((order) => !resting.includes(order));
  const reviewAt = Math.min(Number.POSITIVE_INFINITY, ...resting.map((order) => restsUntil(state, order)));
  if (due.length === 0) return { state, commands: [], reviewAt };
  const shapers = due.map(({ text, command }) => [command.uplink, begun(state.shapers[command.uplink], text)] as const);
  return {
    state: { ...state, shapers: { ...state.shapers, ...Object.fromEntries(shapers) } },
    commands: due.map(({ command }) => command),
    reviewAt,
  };
};

const begun = (known: Shaper | undefined, ordered: string): Shaper => ({
  ordered,
  busy: true,
  by: null,
  problem: known?.problem ?? null,
  restsUntil: 0,
});

/** Infinity while one is being carried out: its end is an event. */
const restsUntil = ({ shapers }: State, { text, command }: Order): number => {
  const known = shapers[command.uplink];
  if (known?.busy) return Number.POSITIVE_INFINITY;
  return known?.ordered === text ? known.restsUntil : 0;
};

interface Order {
  /** What it depends on. */
  readonly text: string;
  readonly command: ShapeUplink;
}

/** What is to be done for an uplink; null where all is as it should be, or its interface is away. */
const orderFor = ({ kernel, shapers }: State, uplink: UplinkState): Order | null => {
  const { name, interface: device, shape } = uplink.settings;
  const link = kernel?.links.find((one) => one.name === device);
  if (shape === null || device === null || kernel === null || !link?.adminUp) return null;
  const handle = handleOf(uplink);
  const command: ShapeUplink = { kind: "shape-uplink", uplink: name, interface: device, handle, shape };
  const text = JSON.stringify([command, link.index]);
  const isThere = kernel.qdiscs.some((one) => one.link === link.index && one.handle === handle);
  return isThere && shapers[name]?.ordered === text ? null : { text, command };
};

/** What became of it. Pure; never throws. */
export const noteShaper = (
  state: State,
  { uplink, by, problem }: Extract<Event, { kind: "uplink-shaped" }>,
  now: number,
): { state: State; reports: readonly Report[] } => {
  const known = state.shapers[uplink];
  if (known === undefined) return { state, reports: [] };
  const shaper: Shaper = { ...known, busy: false, by, problem, restsUntil: now + (by === null ? RETRY_MS : REST_MS) };
  const isNews = by !== null || problem !== known.problem;
  return {
    state: { ...state, shapers: { ...state.shapers, [uplink]: shaper } },
    reports: isNews ? [{ kind: "shaped", uplink, by, problem }] : [],
  };
};

/** A shaper's state in one sentence. Never throws. */
export const shaperText = ({ uplink, by, problem }: { uplink: string } & Pick<Shaper, "by" | "problem">): string => {
  if (by === null) return `The upload of ${uplink} is not shaped: ${problem}`;
  return problem === null
    ? `The upload of ${uplink} is shaped by CAKE`
    : `The upload of ${uplink} is shaped by HTB instead of CAKE: ${problem}`;
};

/** What is wrong with the shapers, a sentence each. Never throws. */
export const shaperProblems = ({ uplinks, shapers }: State): readonly string[] =>
  uplinks.flatMap(({ settings: { name, shape } }) => {
    const shaper = shapers[name];
    return shape === null || shaper?.problem == null ? [] : [`${shaperText({ ...shaper, uplink: name })}.`];
  });
