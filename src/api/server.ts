import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { VERSION } from "../version.ts";
import { listenOn } from "./listen.ts";
import { encodeReply, failure, type Reply } from "./reply.ts";
import { answer, type Ports } from "./routes.ts";

/** Where the API is offered, and what it needs of the daemon. */
export type ServerOptions = Omit<Ports, "version" | "startedAt"> & { readonly socketPath: string };

/** A running server. */
export interface ApiServer {
  /** Ends all connections and removes the socket. Never throws. */
  close(): Promise<void>;
}

/** Clients are on the same machine: whoever needs longer than this (ms) to send a request hangs. */
const REQUEST_MS = 5000;
/** An answer that takes longer than this (ms) isn't waited for any more. */
const SILENCE_MS = 10_000;
const HEADER_BYTES_MAX = 8192;
/** Far more clients than anybody has, and few enough never to be felt. */
const CONNECTIONS_MAX = 32;

/** Offers the API on a Unix socket. Throws AppError: daemon-running, system-call-failed. */
export const startServer = async ({ socketPath, ...needs }: ServerOptions): Promise<ApiServer> => {
  const ports: Ports = { ...needs, version: VERSION, startedAt: new Date().toISOString() };
  const server = createServer(
    {
      requestTimeout: REQUEST_MS,
      headersTimeout: REQUEST_MS,
      connectionsCheckingInterval: REQUEST_MS,
      maxHeaderSize: HEADER_BYTES_MAX,
    },
    (request, response) => void serve(request, response, ports),
  );
  server.timeout = SILENCE_MS;
  server.maxConnections = CONNECTIONS_MAX;
  server.on("clientError", refuse);
  // A connection that can't be accepted (no file descriptor left) is no reason to stop routing.
  server.on("error", () => {});
  await listenOn(server, socketPath);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const serve = async (request: IncomingMessage, response: ServerResponse, ports: Ports): Promise<void> => {
  const reply = await answer(request, ports).catch(ourMistake);
  if (response.destroyed) return;
  const { text, headers } = encodeReply(reply);
  response.writeHead(reply.code, headers).end(text);
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
  const { text, headers } = encodeReply({ ...reply, headers: { connection: "close" } });
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${reply.code} ${"title" in reply.body ? reply.body.title : ""}\r\n${head.join("")}\r\n${text}`);
};

const MALFORMED: ReadonlyMap<string | undefined, Reply> = new Map([
  ["HPE_HEADER_OVERFLOW", failure(431, `The header may have ${HEADER_BYTES_MAX} bytes at the most.`)],
  ["ERR_HTTP_REQUEST_TIMEOUT", failure(408, `The request took longer than ${REQUEST_MS} ms to arrive.`)],
]);
