import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { IncomingMessage, Server } from "node:http";
import type { WebSettings } from "../config/value/web.ts";
import type { Caller } from "./access/caller.ts";
import { guard } from "./guard.ts";
import { type Certificate, closeHttp, createHttp } from "./http.ts";
import type { Reply } from "./reply.ts";
import type { Ports } from "./route.ts";

/** The API and the page on TCP. */
export interface Web {
  /** Listens as these settings say, from now on; reads the certificate anew. Never throws. */
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

/** An address that isn't there yet, a port that is taken, a missing password: tried again after so long (ms). */
const AGAIN_MS = 5000;

/** A listener that isn't told yet where to listen. */
export const openWeb = ({ ports, complain }: WebOptions): Web => {
  let settings: WebSettings | null = null;
  let problem: string | null = null;
  let server: Server | null = null;
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  const identify = (request: IncomingMessage): Caller | Reply =>
    guard(request, settings?.hosts ?? []) ?? ports.access.identify(request.headers);

  const begin = async (): Promise<void> => {
    const opened =
      settings === null ? null : await tryToListen({ ports, identify }, settings).catch(wordsFor(settings));
    if (typeof opened === "string" && opened !== problem) complain(opened);
    problem = typeof opened === "string" ? opened : null;
    server = typeof opened === "string" ? null : opened;
    if (problem !== null) timer = setTimeout(follow, AGAIN_MS);
  };

  const end = async (): Promise<void> => {
    clearTimeout(timer);
    if (server !== null) await closeHttp(server);
    server = null;
  };

  const follow = (): void => {
    turn = turn.then(end).then(begin);
  };

  return {
    configure: (next) => {
      const same = next.tls === null && JSON.stringify(next) === JSON.stringify(settings);
      settings = next;
      if (!same) follow();
    },
    problem: () => problem,
    close: async () => {
      settings = null;
      follow();
      await turn;
    },
  };
};

type Inside = Pick<Parameters<typeof createHttp>[0], "ports" | "identify">;

/** The listening server, null where none is wanted, or why there is none. Rejects with what the system says. */
const tryToListen = async (inside: Inside, { listen, tls }: WebSettings): Promise<Server | string | null> => {
  if (listen === null) return null;
  if (!isLoopback(listen.host) && !inside.ports.access.hasPassword()) return noPassword(listen.host);
  const certificate = tls === null ? null : await readCertificate(tls);
  const server = await createHttp({ ...inside, connectionsMax: CONNECTIONS_MAX, tls: certificate });
  server.listen(listen);
  await once(server, "listening");
  return server;
};

const readCertificate = async (tls: { certificate: string; key: string }): Promise<Certificate> => {
  const [cert, key] = await Promise.all([readFile(tls.certificate), readFile(tls.key)]);
  return { cert, key };
};

const wordsFor =
  ({ listen }: WebSettings) =>
  (error: unknown): string =>
    `The page can't be offered at ${listen?.host} port ${listen?.port}: ${error instanceof Error ? error.message : error}.`;

const noPassword = (host: string): string =>
  `The page isn't offered at ${host} until there is a password: \`wan-failover password\` sets one.`;

/** RFC 1122 section 3.2.1.3 (g), RFC 4291 section 2.5.3. */
const isLoopback = (host: string): boolean => host.startsWith("127.") || host === "::1";
