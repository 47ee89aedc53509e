import type { IncomingMessage } from "node:http";
import type { z } from "zod";
import { parseDuration } from "../config/duration.ts";
import type { Order } from "../core/event.ts";
import type { Status } from "../core/status.ts";
import { readBody } from "./body.ts";
import { failbackRequest, type MessageAnswer, PATHS, type StatusAnswer, testRequest, useRequest } from "./contract.ts";
import { failure, type Reply, success } from "./reply.ts";

/** What the API needs of the daemon. */
export interface Ports {
  readonly version: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly configPath: string;
  readonly status: () => Status;
  /** The newest lines of the log, oldest first. */
  readonly messages: () => readonly MessageAnswer[];
  readonly order: (order: Order) => Promise<{ readonly accepted: boolean; readonly message: string }>;
}

interface Route {
  readonly method: "GET" | "POST";
  readonly answer: (ports: Ports, request: IncomingMessage) => Promise<Reply> | Reply;
}

/** The reply to a request. Throws only what the ports throw. */
export const answer = async (request: IncomingMessage, ports: Ports): Promise<Reply> => {
  const path = request.url?.split("?", 1)[0] ?? "";
  const route = ROUTES.get(path);
  if (route === undefined) return failure(404, `There is nothing at ${path}.`);
  const method = request.method === "HEAD" ? "GET" : request.method;
  if (method === route.method) return route.answer(ports, request);
  return failure(405, `${path} is for ${route.method} only.`, { allow: allowed(route) });
};

const allowed = ({ method }: Route): string => (method === "GET" ? "GET, HEAD" : method);

const describe = ({ version, startedAt, configPath, status, messages }: Ports): StatusAnswer => ({
  version,
  startedAt,
  pid: process.pid,
  config: configPath,
  status: status(),
  messages: messages(),
});

/** A route that takes an order, given as JSON of some form. */
const taking = <T>(schema: z.ZodType<T>, toOrder: (request: T) => Order): Route => ({
  method: "POST",
  answer: async (ports, request) => {
    const body = await readBody(request);
    if ("refusal" in body) return body.refusal;
    const parsed = schema.safeParse(body.value);
    return parsed.success ? give(ports, toOrder(parsed.data)) : failure(400, mistakes(parsed.error));
  },
});

const give = async (ports: Ports, order: Order): Promise<Reply> => {
  const { accepted, message } = await ports.order(order);
  return accepted ? success({ accepted, message }) : failure(409, message);
};

const mistakes = (error: z.ZodError): string =>
  error.issues.map(({ path, message }) => `${path.length === 0 ? "The body" : path.join(".")}: ${message}`).join("; ");

const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  [PATHS.status, { method: "GET", answer: (ports) => success(describe(ports)) }],
  [PATHS.health, { method: "GET", answer: () => success({ healthy: true }) }],
  [
    PATHS.test,
    taking(testRequest, (request) => ({
      kind: "test",
      uplink: request.uplink ?? null,
      forMs: request.for === undefined ? null : parseDuration(request.for),
    })),
  ],
  [PATHS.failback, taking(failbackRequest, () => ({ kind: "failback" }))],
  [PATHS.use, taking(useRequest, ({ uplink }) => ({ kind: "use", uplink }))],
]);
