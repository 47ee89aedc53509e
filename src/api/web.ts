import { once } from "node:events";
import type { IncomingMessage, Server } from "node:http";
import type { WebSettings } from "../config/web.ts";
import { guard } from "./guard.ts";
import { closeHttp, createHttp } from "./http.ts";
import { failure, type Reply } from "./reply.ts";
import type { Ports, Route } from "./route.ts";

/** The API and the page on TCP. */
export interface Web {
  /** Listens as these settings say, from now on. Never throws. */
  configure(settings: WebSettings): void;
  /** Why nobody is served, in one sentence; null where nothing is wrong. */
  problem(): string | null;
  close(): Promise<void>;
}

export interface WebOptions {
  readonly ports: Ports;
  readonly complain: (problem: string) => void;
}

/** Each open page holds one connection for the events and has a few others for moments. */
const CONNECTIONS_MAX = 512;

/** An address that isn't there yet, or a port that is taken, is tried again after so long (ms). */
const AGAIN_MS = 5000;

/** A listener that isn't told yet where to listen. */
export const openWeb = ({ ports, complain }: WebOptions): Web => {
  let settings: WebSettings | null = null;
  let problem: string | null = null;
  let server: Server | null = null;
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  const fail = (why: string): void => {
    if (why !== problem) complain(why);
    problem = why;
    timer = setTimeout(() => void begin(), AGAIN_MS);
  };

  const begin = async (): Promise<void> => {
    problem = null;
    if (settings?.listen == null) return;
    const opened = await tryToListen(settings, createHttp({ ports, admit, connectionsMax: CONNECTIONS_MAX }));
    if (typeof opened === "string") fail(opened);
    else server = opened;
  };

  const end = async (): Promise<void> => {
    clearTimeout(timer);
    if (server !== null) await closeHttp(server);
    server = null;
  };

  const admit = async (request: IncomingMessage, found: Route | Reply | null): Promise<Reply | null> =>
    guard(request, settings?.hosts ?? []) ?? whyNot(found);

  return {
    configure: (next) => {
      const moved = JSON.stringify(next.listen) !== JSON.stringify(settings?.listen);
      settings = next;
      if (moved) turn = turn.then(end).then(begin);
    },
    problem: () => problem,
    close: () => {
      settings = null;
      turn = turn.then(end);
      return turn.then(() => {});
    },
  };
};

/** The listening server, or in one sentence why it doesn't. */
const tryToListen = async ({ listen }: WebSettings, server: Server): Promise<Server | string> => {
  if (listen === null) return "";
  const { host, port } = listen;
  if (!isLoopback(host)) return `${NO_PASSWORD} (web.listen: ${host}).`;
  server.listen({ host, port });
  try {
    await once(server, "listening");
    return server;
  } catch (error) {
    return `The page can't be offered at ${host} port ${port}: ${error instanceof Error ? error.message : error}.`;
  }
};

const NO_PASSWORD = "The page is offered on this machine alone until there is a password";

/** RFC 1122 section 3.2.1.3 (g), RFC 4291 section 2.5.3. */
const isLoopback = (host: string): boolean => host.startsWith("127.") || host === "::1";

const whyNot = (found: Route | Reply | null): Reply | null =>
  found !== null && "access" in found && found.access === "control"
    ? failure(403, "Only reading is allowed here.")
    : null;
