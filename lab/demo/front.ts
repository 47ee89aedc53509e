import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  request as requestFrom,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { guard } from "../../src/api/guard.ts";
import type { DemoFaults, DemoOrder } from "./faults-page.ts";

/** The page of the demo's daemon, for a browser on this machine. */
export interface Front {
  /** What to open. */
  readonly address: string;
  close(): Promise<void>;
}

/** What the front passes on to: the daemon's socket, and the lab. */
export interface Behind {
  readonly socketPath: string;
  readonly faults: () => DemoFaults;
  readonly act: (order: DemoOrder) => Promise<void>;
}

/** The daemon's own port, so that one learns it; another where that is taken. */
const PORT = 8380;

/** An order for the lab is a name or two. */
const BODY_BYTES_MAX = 1024;

const HERE = "127.0.0.1";

/**
 * The daemon is in the lab's router, where no browser comes; its Unix socket is here. Who reaches that may do everything, so
 * the pages of other sites are kept out as the daemon itself does on TCP. Rejects where nothing can be listened on.
 */
export const openFront = async (behind: Behind): Promise<Front> => {
  const server = createServer((request, response) => void serve(behind, request, response));
  await listen(server, PORT).catch(() => listen(server, 0));
  const { port } = server.address() as AddressInfo;
  // The demo's other parts hold this process.
  server.unref();
  return {
    address: `http://${HERE}:${port}/?demo`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
};

const listen = async (server: Server, port: number): Promise<void> => {
  server.listen(port, HERE);
  await once(server, "listening");
};

const serve = async (behind: Behind, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  response.on("error", () => {});
  const refusal = guard(request, []);
  if (refusal !== null) response.writeHead(refusal.code).end();
  else if (request.url === "/demo/faults") await serveLab(behind, request, response);
  else passOn(behind.socketPath, request, response);
};

const passOn = (socketPath: string, request: IncomingMessage, response: ServerResponse): void => {
  const { method, url: path, headers } = request;
  const passed = requestFrom({ socketPath, method, path, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  passed.on("error", () => response.headersSent || response.writeHead(502).end());
  response.on("close", () => passed.destroy());
  request.pipe(passed);
};

const serveLab = async ({ faults, act }: Behind, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  if (request.method === "POST") {
    const order = await orderIn(request);
    if (order === null) return void response.writeHead(400).end();
    await act(order);
  }
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(faults()));
};

const orderIn = async (request: IncomingMessage): Promise<DemoOrder | null> => {
  let text = "";
  for await (const chunk of request as AsyncIterable<Buffer>) {
    text += chunk;
    if (text.length > BODY_BYTES_MAX) return null;
  }
  try {
    const order: unknown = JSON.parse(text);
    return typeof order === "object" && order !== null ? (order as DemoOrder) : null;
  } catch {
    return null;
  }
};
