import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { type Caller, mayDo, type Scope } from "./access/caller.ts";
import { encodeReply, failure, type Reply, type Stream } from "./reply.ts";
import type { Ports } from "./route.ts";
import { findRoute } from "./routes.ts";

/** Whoever needs longer than this (ms) to send a request hangs, or wants to keep us busy. */
const REQUEST_MS = 5000;
/** An answer that takes longer than this (ms) isn't waited for any more. */
const SILENCE_MS = 10_000;
const HEADER_BYTES_MAX = 8192;

/** A way in. */
export interface Door {
  readonly ports: Ports;
  /** Who asks, or why nobody may ask so. Never throws. */
  readonly identify: (request: IncomingMessage) => Caller | Reply;
  readonly connectionsMax: number;
  /** What the certificate and its key say, in PEM; null: plain HTTP. */
  readonly tls: Certificate | null;
}

/** Of a server, in PEM. */
export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

const LIMITS = {
  requestTimeout: REQUEST_MS,
  headersTimeout: REQUEST_MS,
  connectionsCheckingInterval: REQUEST_MS,
  maxHeaderSize: HEADER_BYTES_MAX,
} as const;

/** A server that doesn't listen yet. Rejects where the certificate is none. */
export const createHttp = async (door: Door): Promise<Server> => {
  const listener = (request: IncomingMessage, response: ServerResponse) => void serve(request, response, door);
  const server = await createOf(door.tls, listener);
  server.timeout = SILENCE_MS;
  server.maxConnections = door.connectionsMax;
  server.on("clientError", refuse);
  // A connection that can't be accepted (no file descriptor left) is no reason to stop routing.
  server.on("error", () => {});
  return server;
};

/** TLS costs memory even where nobody uses it, hence it is loaded when it is asked for. */
const createOf = async (tls: Certificate | null, listener: RequestListener): Promise<Server> => {
  if (tls === null) return createServer(LIMITS, listener);
  const { createServer: createSecureServer } = await import("node:https");
  return createSecureServer({ ...LIMITS, ...tls, minVersion: "TLSv1.2" }, listener);
};

/** Ends all connections. Never throws. */
export const closeHttp = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

const serve = async (request: IncomingMessage, response: ServerResponse, door: Door): Promise<void> => {
  const reply = await respond(request, door).catch(ourMistake);
  if (response.destroyed) return;
  if (!("stream" in reply)) send(response, reply);
  else if (request.method === "HEAD") response.end();
  else reply.stream(response);
};

const respond = async (request: IncomingMessage, { ports, identify, tls }: Door): Promise<Reply | Stream> => {
  const caller = identify(request);
  if ("code" in caller) return caller;
  const found = findRoute(request);
  if (found === null) return ports.page.answer(request);
  if (!("respond" in found)) return found;
  if (!mayDo(caller, found.access)) return refusal(caller, found.access);
  const isWelcome = (): boolean => {
    const still = identify(request);
    return !("code" in still) && mayDo(still, found.access);
  };
  const address = request.socket.remoteAddress ?? "";
  return found.respond(ports, request, { caller, address, secure: tls !== null, isWelcome });
};

const refusal = ({ who }: Caller, needed: Scope): Reply =>
  who === "nobody"
    ? failure(401, "Log in first, or send a token.", { headers: { "www-authenticate": "Bearer" } })
    : failure(403, `This takes the scope ${needed}.`);

const send = (response: ServerResponse, reply: Reply): void => {
  const { bytes, headers } = encodeReply(reply);
  response.writeHead(reply.code, headers).end(bytes);
};

/** The error's own words, and never its stack, which says nothing to a client. */
const ourMistake = (error: unknown): Reply =>
  failure(500, `The daemon made a mistake: ${error instanceof Error ? error.message : String(error)}`);

/** Bytes that are no HTTP, or come too slowly: Node has no request to reply to, so the reply is written by hand. */
const refuse = (error: NodeJS.ErrnoException, socket: Duplex): void => {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const reply = MALFORMED.get(error.code) ?? failure(400, "This is not an HTTP request.");
  const { bytes, headers } = encodeReply({ ...reply, headers: { connection: "close" } });
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const title = typeof reply.body === "object" && "title" in reply.body ? reply.body.title : "";
  socket.end(`HTTP/1.1 ${reply.code} ${title}\r\n${head.join("")}\r\n${bytes}`);
};

const MALFORMED: ReadonlyMap<string | undefined, Reply> = new Map([
  ["HPE_HEADER_OVERFLOW", failure(431, `The header may have ${HEADER_BYTES_MAX} bytes at the most.`)],
  ["ERR_HTTP_REQUEST_TIMEOUT", failure(408, `The request took longer than ${REQUEST_MS} ms to arrive.`)],
]);
