import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { encodeReply, failure, type Reply, type Stream } from "./reply.ts";
import type { Ports, Route } from "./route.ts";
import { answer, findRoute } from "./routes.ts";

/** Whoever needs longer than this (ms) to send a request hangs, or wants to keep us busy. */
const REQUEST_MS = 5000;
/** An answer that takes longer than this (ms) isn't waited for any more. */
const SILENCE_MS = 10_000;
const HEADER_BYTES_MAX = 8192;

/** A way in. */
export interface Door {
  readonly ports: Ports;
  /** Who is let in: the refusal, or null. `found`: what is asked for. Never throws. */
  readonly admit: (request: IncomingMessage, found: Route | Reply | null) => Promise<Reply | null>;
  readonly connectionsMax: number;
}

/** A server that doesn't listen yet. */
export const createHttp = (door: Door): Server => {
  const server = createServer(
    {
      requestTimeout: REQUEST_MS,
      headersTimeout: REQUEST_MS,
      connectionsCheckingInterval: REQUEST_MS,
      maxHeaderSize: HEADER_BYTES_MAX,
    },
    (request, response) => void serve(request, response, door),
  );
  server.timeout = SILENCE_MS;
  server.maxConnections = door.connectionsMax;
  server.on("clientError", refuse);
  // A connection that can't be accepted (no file descriptor left) is no reason to stop routing.
  server.on("error", () => {});
  return server;
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

const respond = async (request: IncomingMessage, { ports, admit }: Door): Promise<Reply | Stream> => {
  const found = findRoute(request);
  return (await admit(request, found)) ?? answer(request, found, ports);
};

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
