import type { Notice } from "./notice.ts";

/** What is still to be sent, by channel. */
export type Outbox = Readonly<Record<string, Box>>;

/** One channel's messages. */
export interface Box {
  /** Oldest first, at most `PENDING_MAX`. */
  readonly pending: readonly Notice[];
  /** How many of them are being sent now; 0: none. */
  readonly underway: number;
  /** How often in a row that has failed, since when (monotonic, ms), and why the last time. */
  readonly attempts: number;
  readonly failingSince: number | null;
  readonly problem: string | null;
  /** Not tried before. */
  readonly retryAt: number;
}

/** The first retry follows after so long (ms); each further one after twice as long, up to the most. */
const FIRST_RETRY_MS = 5000;
const LAST_RETRY_MS = 600_000;

/** What is older than the newest of these is left out: who reads on after a long outage wants to know how things are. */
const PENDING_MAX = 20;

const EMPTY: Box = { pending: [], underway: 0, attempts: 0, failingSince: null, problem: null, retryAt: 0 };

/** The boxes of these channels; what is pending stays, what belongs to others is dropped. Pure; never throws. */
export const boxesFor = (channels: readonly string[], kept: Outbox): Outbox =>
  Object.fromEntries(channels.map((channel) => [channel, kept[channel] ?? EMPTY]));

/** A box that holds what an earlier run could not send. Pure; never throws. */
export const boxWith = (pending: readonly Notice[]): Box => ({ ...EMPTY, pending: pending.slice(-PENDING_MAX) });

/** Puts a notice into every box. Pure; never throws. */
export const post = (boxes: Outbox, notice: Notice): Outbox =>
  mapBoxes(boxes, (box) => ({ ...box, pending: keepNewest([...box.pending, notice], box.underway) }));

/** What is underway stays at the front, so that its end takes away what was sent. */
const keepNewest = (pending: readonly Notice[], underway: number): readonly Notice[] => {
  const excess = Math.max(0, pending.length - PENDING_MAX);
  return [...pending.slice(0, underway), ...pending.slice(Math.max(underway, underway + excess))];
};

const mapBoxes = (boxes: Outbox, change: (box: Box) => Box): Outbox =>
  Object.fromEntries(Object.entries(boxes).map(([channel, box]) => [channel, change(box)]));

/** What is to be sent now, and the boxes once that has begun. Pure; never throws. */
export const collect = (
  boxes: Outbox,
  now: number,
): { readonly boxes: Outbox; readonly parcels: readonly { channel: string; batch: readonly Notice[] }[] } => {
  const due = (box: Box): boolean => box.underway === 0 && box.pending.length > 0 && now >= box.retryAt;
  return {
    boxes: mapBoxes(boxes, (box) => (due(box) ? { ...box, underway: box.pending.length } : box)),
    parcels: Object.entries(boxes).flatMap(([channel, box]) => (due(box) ? [{ channel, batch: box.pending }] : [])),
  };
};

/** When the next attempt is due; Infinity if there is nothing to send. Never throws. */
export const collectAt = (boxes: Outbox): number =>
  Math.min(
    Number.POSITIVE_INFINITY,
    ...Object.values(boxes).map((box) =>
      box.underway === 0 && box.pending.length > 0 ? box.retryAt : Number.POSITIVE_INFINITY,
    ),
  );

/** A parcel is through. Pure; never throws. */
export const delivered = (boxes: Outbox, channel: string): Outbox => {
  const box = boxes[channel];
  return box === undefined ? boxes : { ...boxes, [channel]: { ...EMPTY, pending: box.pending.slice(box.underway) } };
};

/** A parcel is not through: it is tried again later, together with what came meanwhile. Pure; never throws. */
export const failed = (
  boxes: Outbox,
  { channel, problem, now }: { readonly channel: string; readonly problem: string; readonly now: number },
): Outbox => {
  const box = boxes[channel];
  if (box === undefined) return boxes;
  const attempts = box.attempts + 1;
  const retryAt = now + Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (attempts - 1));
  return {
    ...boxes,
    [channel]: { ...box, underway: 0, attempts, failingSince: box.failingSince ?? now, problem, retryAt },
  };
};

/** Tries again at that time rather than at the end of a back-off. Pure; never throws. */
export const hurry = (boxes: Outbox, at: number): Outbox =>
  mapBoxes(boxes, (box) => ({ ...box, retryAt: Math.min(box.retryAt, at) }));
