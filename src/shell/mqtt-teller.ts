import type { MqttMessage } from "../core/notify/mqtt.ts";
import type { Clock } from "./loop.ts";

/** A broker that takes messages. */
interface Connection {
  publish(message: MqttMessage): Promise<void>;
  close(): void;
}

export interface MqttTellerPorts {
  readonly clock: Clock;
  /** Rejects with a sentence without secrets; `onLost` is told one when the connection ends by itself. */
  readonly connect: (onLost: (problem: string) => void) => Promise<Connection>;
  /** What the broker should hold now, in the order in which it is told. Never throws. */
  readonly wanted: () => readonly MqttMessage[];
  readonly log: (level: "error" | "info", text: string) => void;
}

/** Keeps a broker told of how things are, over whatever connection there is. */
export interface MqttTeller {
  /** Something may have changed. Never throws. */
  look(): void;
  /** Another way may lead to the broker. Never throws. */
  hurry(): void;
  /** Rejects with a sentence where the broker doesn't take it. */
  send(message: MqttMessage): Promise<void>;
  /** Why the broker isn't told, in a sentence; null where it is. */
  problem(): string | null;
  close(): void;
}

/** A broker is told again no sooner than this (ms): figures change all the time. */
const PAUSE_MS = 1000;

/** A broker that can't be reached is tried again after the first, then after twice as long, up to the last (ms). */
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 60_000;

interface Telling {
  readonly ports: MqttTellerPorts;
  /** The connection that is open, or being opened. */
  link: Promise<Connection> | null;
  /** What its broker was told, by topic. */
  readonly told: Map<string, string>;
  /** Nothing is told, and no connection tried, before. */
  nextAt: number;
  /** Whether something is being told, and whether something has changed since. */
  busy: boolean;
  changed: boolean;
  /** How often in a row there was no connection, and why not. */
  attempts: number;
  problem: string | null;
  closed: boolean;
}

/** A teller that has told nothing yet: its first look connects. */
export const openMqttTeller = (ports: MqttTellerPorts): MqttTeller => {
  const nothing = { link: null, told: new Map(), nextAt: 0, busy: false, changed: false, attempts: 0, problem: null };
  const telling: Telling = { ports, ...nothing, closed: false };
  return {
    look: () => {
      telling.changed = true;
      schedule(telling);
    },
    hurry: () => {
      telling.attempts = 0;
      if (telling.link !== null) return;
      telling.nextAt = ports.clock.now() + FIRST_RETRY_MS;
      schedule(telling);
    },
    send: (message) => over(telling, (connection) => connection.publish(message)),
    problem: () => telling.problem,
    close: () => {
      telling.closed = true;
      ports.clock.wakeAt(Number.POSITIVE_INFINITY, () => {});
      hangUp(telling);
    },
  };
};

const schedule = (telling: Telling): void => {
  const { ports, busy, closed, nextAt } = telling;
  if (!busy && !closed) ports.clock.wakeAt(Math.max(ports.clock.now(), nextAt), () => void tell(telling));
};

const tell = async (telling: Telling): Promise<void> => {
  telling.busy = true;
  telling.changed = false;
  await over(telling, (connection) => tellAll(telling, connection)).catch(() => {});
  telling.busy = false;
  if (telling.changed || telling.link === null) schedule(telling);
};

const tellAll = async ({ ports, told }: Telling, connection: Connection): Promise<void> => {
  for (const message of differences(told, ports.wanted())) {
    await connection.publish(message);
    told.set(message.topic, message.payload);
  }
};

/** What the broker doesn't hold as it should; what it should no longer hold is emptied. */
const differences = (told: ReadonlyMap<string, string>, wanted: readonly MqttMessage[]): readonly MqttMessage[] => [
  ...[...told]
    .filter(([topic, payload]) => payload !== "" && !wanted.some((message) => message.topic === topic))
    .map(([topic]) => ({ topic, payload: "", retained: true })),
  ...wanted.filter(({ topic, payload }) => told.get(topic) !== payload),
];

/** Does something over the connection, which is opened where there is none. Rejects, and ends it, where that fails. */
const over = async (telling: Telling, act: (connection: Connection) => Promise<void>): Promise<void> => {
  const link = telling.link ?? open(telling);
  try {
    await act(await link);
    telling.nextAt = telling.ports.clock.now() + PAUSE_MS;
  } catch (error) {
    lose(telling, link, error instanceof Error ? error.message : String(error));
    throw error;
  }
};

const open = (telling: Telling): Promise<Connection> => {
  const link = telling.ports
    .connect((problem) => lose(telling, link, problem))
    .then((connection) => {
      if (telling.problem !== null) telling.ports.log("info", "The MQTT broker is told again");
      Object.assign(telling, { attempts: 0, problem: null });
      schedule(telling);
      return connection;
    });
  telling.link = link;
  return link;
};

const lose = (telling: Telling, link: Promise<Connection>, problem: string): void => {
  if (telling.link !== link) return;
  hangUp(telling);
  telling.nextAt = telling.ports.clock.now() + Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** telling.attempts);
  telling.attempts += 1;
  if (telling.problem === null && !telling.closed)
    telling.ports.log("error", `The MQTT broker can't be told and will be tried again: ${problem}`);
  telling.problem = problem;
  schedule(telling);
};

const hangUp = (telling: Telling): void => {
  telling.link?.then(
    (connection) => connection.close(),
    () => {},
  );
  telling.link = null;
  telling.told.clear();
};
