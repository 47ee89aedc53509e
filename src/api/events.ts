import type { ServerResponse } from "node:http";
import type { Status } from "../core/status.ts";
import type { HelloEvent, ReportEvent, StatusEvent } from "./event-schema.ts";
import { openRing, type Ring } from "./ring.ts";

/** What the stream of events needs of the daemon. */
export interface EventSource {
  readonly version: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly status: () => Status;
}

/** A client's wishes. */
export interface Visit {
  /** The id of the last event that it says it has seen. */
  readonly lastId: string | undefined;
  /** Asked now and then. */
  readonly isWelcome: () => boolean;
}

/** Tells clients what happens, as server-sent events. */
export interface EventHub {
  /** Keeps a report, to be sent once the loop is through with what it does. Never throws. */
  report(report: Omit<ReportEvent, "at">): void;
  /** Whether there are so many clients that no more are taken. */
  isFull(): boolean;
  /** Serves a client until it leaves, or isn't welcome any more. */
  open(response: ServerResponse, visit: Visit): void;
  /** Ends all streams. Never throws. */
  close(): void;
}

/** The status is looked at, and sent if it has changed, once in this time (ms). */
const STATUS_MS = 1000;

/** Without anything to tell, a comment goes out this often (ms), so that the dead are found and the idle stay. */
const ALIVE_MS = 15_000;

/** A client with more unsent octets than this gets nothing for now; of what it has missed then, only the newest status. */
const UNSENT_OCTETS_MAX = 64 * 1024;

/** A client that takes nothing for so long (ms) is cut off. */
const STUCK_MS = 30_000;

const CLIENTS_MAX = 256;

/** After so long (ms) a browser connects again. */
const RETRY_MS = 2000;

interface Client {
  readonly response: ServerResponse;
  readonly isWelcome: () => boolean;
  /** The number of the newest report that it was sent. */
  told: number;
  /** It hasn't got the newest status yet. */
  stale: boolean;
  /** When it last had room for something. */
  tookAt: number;
}

interface Hub {
  readonly source: EventSource;
  readonly ring: Ring;
  readonly clients: Set<Client>;
  /** The status that was looked at last, without ages. */
  seen: string;
  lookedAt: number;
  aliveAt: number;
  timer: NodeJS.Timeout | undefined;
  /** Reports are about to be sent. */
  due: NodeJS.Immediate | undefined;
}

/** A hub without clients. Costs nothing until there are some. */
export const openEventHub = (source: EventSource): EventHub => {
  const hub: Hub = {
    source,
    ring: openRing(source.startedAt),
    clients: new Set(),
    seen: "",
    lookedAt: 0,
    aliveAt: 0,
    timer: undefined,
    due: undefined,
  };
  return {
    report: (told) => {
      hub.ring.add((id) => encode("report", { at: wallClock(), ...told }, id));
      if (hub.clients.size > 0) hub.due ??= setImmediate(() => tellNews(hub));
    },
    isFull: () => hub.clients.size >= CLIENTS_MAX,
    open: (response, { lastId, isWelcome }) => {
      begin(response);
      greet(hub, response, lastId);
      join(hub, response, isWelcome);
    },
    close: () => {
      clearTimeout(hub.timer);
      for (const { response } of hub.clients) response.end();
    },
  };
};

/** A report goes out at once, and the status that goes with it as soon as one is allowed again. */
const tellNews = (hub: Hub): void => {
  hub.due = undefined;
  pump(hub, null);
  lookIn(hub, Math.max(0, STATUS_MS - (performance.now() - hub.lookedAt)));
};

const lookIn = (hub: Hub, ms: number): void => {
  clearTimeout(hub.timer);
  hub.timer = hub.clients.size === 0 ? undefined : setTimeout(() => look(hub), ms);
};

const look = (hub: Hub): void => {
  hub.lookedAt = performance.now();
  const status = hub.source.status();
  const seen = withoutAges(status);
  for (const client of hub.clients) if (!client.isWelcome()) dismiss(hub, client);
  if (seen !== hub.seen) for (const client of hub.clients) client.stale = true;
  hub.seen = seen;
  pump(hub, status);
  lookIn(hub, STATUS_MS);
};

/** Sends each client what it lacks and has room for. The bytes of a status are made once for all. */
const pump = (hub: Hub, status: Status | null): void => {
  const now = performance.now();
  const stale = [...hub.clients].some((client) => client.stale);
  const bytes = status !== null && stale ? encodeStatus(status) : null;
  const alive = status !== null && now - hub.aliveAt > ALIVE_MS;
  if (alive) hub.aliveAt = now;
  for (const client of hub.clients) {
    if (!serve(client, hub.ring, { now, bytes, alive })) client.response.destroy();
  }
};

interface Parcel {
  readonly now: number;
  /** The newest status, if it is to be sent. */
  readonly bytes: Buffer | null;
  /** Whether it is time for a sign of life. */
  readonly alive: boolean;
}

/** False: the client takes nothing, or has missed too much. It connects again, and says what it saw last. */
const serve = (client: Client, ring: Ring, { now, bytes, alive }: Parcel): boolean => {
  const news = ring.since(client.told);
  if (news === null) return false;
  if (client.response.writableLength > UNSENT_OCTETS_MAX) return now - client.tookAt < STUCK_MS;
  client.tookAt = now;
  for (const report of news) client.response.write(report);
  client.told = ring.newest();
  if (client.stale && bytes !== null) {
    client.response.write(bytes);
    client.stale = false;
  } else if (alive) client.response.write(ALIVE);
  return true;
};

/** Proxies must pass each event on at once, and silence is no reason to hang up. */
const begin = (response: ServerResponse): void => {
  response.socket?.setTimeout(0);
  response.socket?.setNoDelay(true);
  response.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
    "x-content-type-options": "nosniff",
  });
  response.write(`retry: ${RETRY_MS}\n\n`);
};

/** What the client missed, then what is. Only the last id makes the client one that has seen all. */
const greet = ({ source, ring }: Hub, response: ServerResponse, lastId: string | undefined): void => {
  const at = wallClock();
  const hello: HelloEvent = { version: source.version, startedAt: source.startedAt, at };
  response.write(encode("hello", hello));
  const missed = lastId === undefined ? [] : ring.after(lastId);
  if (missed === null) response.write(encode("gap", { at }));
  for (const report of missed ?? []) response.write(report);
  response.write(encodeStatus(source.status(), ring.idOf(ring.newest())));
};

const join = (hub: Hub, response: ServerResponse, isWelcome: () => boolean): void => {
  const client: Client = { response, isWelcome, told: hub.ring.newest(), stale: false, tookAt: performance.now() };
  hub.clients.add(client);
  response.once("close", () => hub.clients.delete(client));
  if (hub.timer === undefined) lookIn(hub, STATUS_MS);
};

const dismiss = (hub: Hub, client: Client): void => {
  hub.clients.delete(client);
  client.response.end();
};

const wallClock = (): string => new Date().toISOString();

const ALIVE = Buffer.from(":\n\n");

/** A change of these alone is no news: clients can count. */
const AGES: ReadonlySet<string> = new Set(["sinceMs", "ageMs", "holdLeftMs", "leftMs"]);

const withoutAges = (status: Status): string =>
  JSON.stringify(status, (key, value: unknown) => (AGES.has(key) ? undefined : value));

/** JSON has no line breaks, so that one line of data suffices. */
const encode = (event: string, data: object, id?: string): Buffer =>
  Buffer.from(`event: ${event}\n${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`);

const encodeStatus = (status: Status, id?: string): Buffer => {
  const event: StatusEvent = { at: wallClock(), status };
  return encode("status", event, id);
};
