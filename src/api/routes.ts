import type { IncomingMessage } from "node:http";
import { failure, type Reply, type Stream } from "./reply.ts";
import type { Ports, Route } from "./route.ts";
import { DESCRIPTION_ROUTES } from "./routes/description.ts";
import { ORDER_ROUTES } from "./routes/orders.ts";
import { STATUS_ROUTES } from "./routes/status.ts";

/** Everything that the API offers. A new file of routes is one more entry. */
export const ROUTES: readonly Route[] = [...STATUS_ROUTES, ...ORDER_ROUTES, ...DESCRIPTION_ROUTES];

/** What is asked for by a request: a route, or the refusal where there is none; null: perhaps a file of the page. */
export const findRoute = (request: IncomingMessage): Route | Reply | null => {
  const path = pathOf(request);
  const here = ROUTES.filter((route) => route.path === path);
  if (here.length === 0) return isPage(path) ? null : failure(404, `There is nothing at ${path}.`);
  const method = request.method === "HEAD" ? "GET" : request.method;
  const found = here.find((route) => route.method === method);
  if (found !== undefined) return found;
  const methods = here.map((route) => (route.method === "GET" ? "GET, HEAD" : route.method)).join(", ");
  return failure(405, `${path} is for ${methods} only.`, { allow: methods });
};

/** The reply to a request that passed the guard. Throws only what the ports throw. */
export const answer = async (
  request: IncomingMessage,
  found: Route | Reply | null,
  ports: Ports,
): Promise<Reply | Stream> => {
  if (found === null) return ports.page.answer(request);
  return "respond" in found ? found.respond(ports, request) : found;
};

/** The path of a request, without its query. */
export const pathOf = ({ url = "" }: IncomingMessage): string => url.split("?", 1)[0] ?? "";

/** All but what programs ask for belongs to the page. */
const isPage = (path: string): boolean => !/^\/(api|metrics|healthz)(\/|$)/.test(path);
