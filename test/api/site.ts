import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders, request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, onTestFinished } from "vitest";
import { openClient } from "../../src/api/client.ts";
import type { ConfigStore } from "../../src/api/config/keeper.ts";
import { type ServerOptions, startServer } from "../../src/api/server.ts";
import type { WebSettings } from "../../src/config/value/web.ts";
import type { Order } from "../../src/core/event.ts";
import { openConfigStore } from "../../src/daemon/config-store.ts";
import { until } from "../adapter/until.ts";
import { healthy } from "../cli/fixture.ts";

/** A folder that is gone after the file's tests. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "wan-failover-api-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  return folder;
};

/** Keeps nothing. */
export const forgetful = { load: () => null, save: async () => {} };

/** Nothing ever happened. */
export const noHistory: ServerOptions["history"] = {
  ask: async ({ span }) => ({
    ...span,
    runs: [],
    events: [],
    truncated: false,
    outages: [],
    spanMs: null,
    series: [],
    rates: [],
    usage: [],
  }),
  report: async (span) => ({ ...span, runs: [], outages: [], probes: [], usage: [] }),
};

/** A machine that nothing is to be said of. */
export const idleMachine: ServerOptions["machine"] = {
  examine: async () => ({ config: { file: "/c", issues: [] }, findings: [], passed: [] }),
  scriptCalls: () => [{ script: "change", path: "/bin/true", arguments: ["PRIMARY"], variables: { A: "b" } }],
};

/** A config file on the disk, and how often it was put into force. */
export const storeOf = (path: string, applied: string[] = [], complaints: string[] = []): ConfigStore =>
  openConfigStore({
    configPath: path,
    unconfirmedPath: `${path}.unconfirmed`,
    apply: () => {
      applied.push(readFileSync(path, "utf8"));
      return null;
    },
    complain: (problem) => complaints.push(problem),
  });

/** A port of 127.0.0.1 that nobody has. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });

export interface Site {
  readonly server: Awaited<ReturnType<typeof startServer>>;
  readonly socketPath: string;
  readonly client: ReturnType<typeof openClient>;
  readonly port: number;
  readonly orders: Order[];
  readonly complaints: string[];
}

/** The API on a socket and on a port of loopback, until the test ends. */
export const openSite = async (
  folder: string,
  { web = {}, ...options }: Partial<ServerOptions> & { readonly web?: Partial<WebSettings> } = {},
): Promise<Site> => {
  const orders: Order[] = [];
  const complaints: string[] = [];
  const port = web.listen?.port ?? (await freePort());
  const socketPath = join(folder, `${port}.sock`);
  const server = await startServer({
    socketPath,
    configStore: storeOf("/etc/wan-failover/config.yaml"),
    machine: idleMachine,
    history: noHistory,
    notifyTest: async () => [],
    pageFolder: join(folder, "web"),
    accessStore: forgetful,
    status: () => healthy,
    messages: () => [],
    order: async (order) => {
      orders.push(order);
      return { accepted: true, message: "Done." };
    },
    complain: (problem) => complaints.push(problem),
    ...options,
  });
  onTestFinished(() => server.close());
  const listen = { host: "127.0.0.1", port };
  server.configure({ listen, hosts: ["router.lan"], tls: null, ...web });
  await until(async () => (await answers(port)) || server.problem() !== null);
  return { server, socketPath, client: openClient({ socketPath }), port, orders, complaints };
};

const answers = async (port: number): Promise<boolean> =>
  ask(port, { path: "/healthz" }).then(
    () => true,
    () => false,
  );

export interface Question {
  readonly method?: string;
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
}

export interface Answer {
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** One request on a connection of its own, by default as curl would make it. */
export const ask = (port: number, { method = "GET", path, headers = {}, body }: Question): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, method, path, headers, agent: false }, (response) => {
      collect(response).then((text) => {
        resolve({ code: response.statusCode ?? 0, headers: response.headers, text });
      }, reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });

const collect = async (response: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};
