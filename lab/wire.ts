import { openTap } from "../src/adapter/kernel/tap.ts";
import { readFd, watch, writeFd } from "../src/adapter/libc/libc.ts";
import { now } from "./clock.ts";
import { inputLines } from "./lines.ts";
import { ISP_RELAY } from "./plan.ts";

/** How a wire behaves in one direction. */
export interface WireConditions {
  readonly delayMs: number;
  /** Each frame's delay varies by up to so much either way; frames keep their order. */
  readonly jitterMs: number;
  /** 0..1. */
  readonly loss: number;
  /** Kilobits per second; 0: unlimited. */
  readonly rateKbit: number;
}

/** A change of conditions; what isn't named stays. outbound: from the router to its ISP. */
export interface WireChange extends Partial<WireConditions> {
  readonly direction?: "outbound" | "inbound" | "both";
}

/** A perfect wire. */
export const PLAIN_WIRE: WireConditions = { delayMs: 0, jitterMs: 0, loss: 0, rateKbit: 0 };

interface Frame {
  readonly due: number;
  readonly bytes: Buffer;
}

/** One direction of the relay. */
interface Lane {
  readonly from: number;
  readonly to: number;
  conditions: WireConditions;
  readonly queue: Frame[];
  /** When the frame before has been clocked out, at a limited rate. */
  clearAt: number;
}

/** A queue longer than this drops its newest frame, as a modem does. */
const QUEUE_LIMIT = 1000;
/** Frames read in one go, before other work gets its turn. */
const READ_AT_ONCE = 256;

const isPlain = ({ delayMs, jitterMs, rateKbit }: WireConditions): boolean =>
  delayMs === 0 && jitterMs === 0 && rateKbit === 0;

const departure = (lane: Lane, length: number): number => {
  const { delayMs, jitterMs, rateKbit } = lane.conditions;
  const start = Math.max(lane.clearAt, now());
  lane.clearAt = rateKbit > 0 ? start + (length * 8) / rateKbit : start;
  const due = lane.clearAt + delayMs + (Math.random() * 2 - 1) * jitterMs;
  return Math.max(due, lane.queue.at(-1)?.due ?? 0);
};

const accept = (lane: Lane, frame: Buffer): void => {
  if (Math.random() < lane.conditions.loss) return;
  if (isPlain(lane.conditions) && lane.queue.length === 0) {
    writeFd(lane.to, frame);
    return;
  }
  if (lane.queue.length >= QUEUE_LIMIT) return;
  lane.queue.push({ due: departure(lane, frame.length), bytes: Buffer.from(frame) });
};

/** Sends what is due; Node's timers are good to a millisecond, so what is due within half of one goes too. */
const deliver = (lane: Lane): void => {
  const until = now() + 0.5;
  while (lane.queue[0] !== undefined && lane.queue[0].due <= until) {
    const frame = lane.queue.shift();
    if (frame !== undefined) writeFd(lane.to, frame.bytes);
  }
};

/** One timer for both lanes. */
const schedule = (lanes: readonly Lane[]): (() => void) => {
  let timer: NodeJS.Timeout | undefined;
  const arm = (): void => {
    clearTimeout(timer);
    const due = Math.min(...lanes.map((lane) => lane.queue[0]?.due ?? Number.POSITIVE_INFINITY));
    if (Number.isFinite(due)) timer = setTimeout(wake, Math.max(0, due - now()));
  };
  const wake = (): void => {
    for (const lane of lanes) deliver(lane);
    arm();
  };
  return wake;
};

const relay = (lane: Lane, wake: () => void): void => {
  const buffer = Buffer.allocUnsafeSlow(65_536);
  watch(lane.from, () => {
    for (let count = 0; count < READ_AT_ONCE; count++) {
      const length = readFd(lane.from, buffer);
      if (length <= 0) break;
      accept(lane, buffer.subarray(0, length));
    }
    if (lane.queue.length > 0) wake();
  });
};

const change = (lane: Lane, { direction: _, ...conditions }: WireChange): void => {
  lane.conditions = { ...lane.conditions, ...conditions };
};

/** Relays frames between two TAP interfaces of this process's namespace until its standard input ends. */
export const runWire = (access: string): void => {
  const [line, far] = [openTap(ISP_RELAY), openTap(access)];
  const lane = (from: number, to: number): Lane => ({ from, to, conditions: PLAIN_WIRE, queue: [], clearAt: 0 });
  const [outbound, inbound] = [lane(line, far), lane(far, line)];
  const wake = schedule([outbound, inbound]);
  relay(outbound, wake);
  relay(inbound, wake);
  inputLines<WireChange>((order) => {
    if (order.direction !== "inbound") change(outbound, order);
    if (order.direction !== "outbound") change(inbound, order);
    process.stdout.write("changed\n");
  });
  process.stdout.write("ready\n");
};
