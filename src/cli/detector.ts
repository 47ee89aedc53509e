import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { assess, type DetectorState, startDetector, stepDetector, wakeAt } from "../core/detector/detect.ts";
import type { DetectorEvent, ProbeRequest } from "../core/detector/detector.ts";
import { PRESETS } from "../core/detector/presets.ts";
import { AppError } from "../error.ts";
import { type Init, parseMessage, type Told } from "./detector-message.ts";
import type { Output } from "./output.ts";

/** Where the protocol's lines come from and go to. */
export interface DetectorRequest {
  readonly input: Readable;
  readonly output: Output;
}

/** Answers each line of `input` with a line, until `quit` or the end of the input. Returns the exit code. */
export const runDetector = async ({ input, output }: DetectorRequest): Promise<number> => {
  const answer = openScoring();
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const said = answer(line);
    if (said === null) break;
    output.write(said);
  }
  return 0;
};

/** A detector on its virtual line. Milliseconds. */
interface Session {
  readonly state: DetectorState;
  readonly now: number;
  /** When each of the last probes was sent. */
  readonly sent: Map<number, number>;
}

/** More than a detector ever has open. */
const SENT_MAX = 2_000;

/** A wake-up is asked for at least so often: an early tick changes nothing, and JSON has no infinity. */
const WAKE_MS_MAX = 3_600_000;

/** After `init`, so that its answer asks for nothing but a tick. */
const FIRST_PROBE_MS = 1;

/** Seconds lose a little when they are written down: a time this close to a known one is that. */
const ROUNDING_MS = 0.001;

/**
 * The line protocol of docs/detection.md, without the lines' transport: a line in, its answer out, null for `quit`.
 * What can't be understood is answered by `{"error": …}` and changes nothing. Never throws.
 */
export const openScoring = (): ((line: string) => string | null) => {
  let session: Session | null = null;
  return (line) => {
    try {
      const message = parseMessage(line);
      if (message.kind === "quit") return null;
      const taken = message.kind === "init" ? begin(message) : hear(session, message);
      session = taken.session;
      return JSON.stringify(taken.answer);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return JSON.stringify({ error: error.detail });
    }
  };
};

interface Taken {
  readonly session: Session;
  readonly answer: object;
}

const begin = ({ t, primaries, reserves, preset, seed, carrying }: Init): Taken => {
  const now = t * 1_000;
  const targets = { targetCount: primaries + reserves, primaryCount: primaries };
  const settings = PRESETS[preset];
  const state = startDetector({ settings, ...targets, seed, now: now + FIRST_PROBE_MS, learned: null });
  return take({ state, now, sent: new Map() }, [{ kind: "role", carrying }], now);
};

const hear = (session: Session | null, message: Told): Taken => {
  if (session === null) throw new AppError("malformed-message", "the first message must be init");
  const now = nowAt(session, message.t * 1_000);
  if (now < session.now) throw new AppError("malformed-message", `t must not be less than ${session.now / 1_000}`);
  return take(session, [...roleBy(session, message), eventOf(session, message, now)], now);
};

const nowAt = ({ state, now }: Session, told: number): number =>
  [wakeAt(state), now].find((known) => Math.abs(told - known) < ROUNDING_MS) ?? told;

/** Whoever reports the users' packets says by that that the uplink carries them. */
const roleBy = ({ state }: Session, { kind }: Told): DetectorEvent[] =>
  kind === "passive" && state.kind === "adaptive" && !state.pace.carrying ? [{ kind: "role", carrying: true }] : [];

const eventOf = ({ sent }: Session, message: Told, now: number): DetectorEvent => {
  switch (message.kind) {
    case "tick":
      return { kind: "tick" };
    case "reply":
      return { kind: "replied", seq: message.seq, rttMs: now - (sent.get(message.seq) ?? now) };
    case "passive":
      return { kind: "traffic", sent: message.tx, received: message.rx };
    case "carrier":
      return message.up ? { kind: "path-found" } : { kind: "path-lost", reason: "no carrier" };
  }
};

const take = ({ state: before, sent }: Session, events: readonly DetectorEvent[], now: number): Taken => {
  let state = before;
  const probes: ProbeRequest[] = [];
  for (const event of events) {
    const step = stepDetector(state, event, now);
    state = step.state;
    probes.push(...step.probes);
  }
  for (const { seq } of probes) {
    sent.set(seq, now);
    sent.delete(seq - SENT_MAX);
  }
  return { session: { state, now, sent }, answer: answerOf(state, probes, now) };
};

const answerOf = (state: DetectorState, probes: readonly ProbeRequest[], now: number): object => {
  const { verdict, diverted, degraded } = assess(state);
  const kinds = (["loss", "latency"] as const).filter((kind) => degraded[kind]);
  const down = verdict === "down" || verdict === "hold-down";
  return {
    send: probes.map(({ seq, target }) => [seq, target]),
    state: down ? "DOWN" : "UP",
    divert: diverted || down,
    degraded: kinds,
    wake: Math.min(wakeAt(state), now + WAKE_MS_MAX) / 1_000,
  };
};
