import type { IncomingMessage } from "node:http";
import { failure, type Reply } from "./reply.ts";
import type { Route } from "./route.ts";
import { ACCESS_ROUTES } from "./routes/access.ts";
import { CONFIG_ROUTES } from "./routes/config.ts";
import { DESCRIPTION_ROUTES } from "./routes/description.ts";
import { HISTORY_ROUTES } from "./routes/history.ts";
import { MACHINE_ROUTES } from "./routes/machine.ts";
import { METRICS_ROUTES } from "./routes/metrics.ts";
import { NOTIFY_ROUTES } from "./routes/notify.ts";
import { ORDER_ROUTES } from "./routes/orders.ts";
import { STATUS_ROUTES } from "./routes/status.ts";

/** Everything that the API offers. A new file of routes is one more entry. */
export const ROUTES: readonly Route[] = [
  ...STATUS_ROUTES,
  ...HISTORY_ROUTES,
  ...ORDER_ROUTES,
  ...NOTIFY_ROUTES,
  ...CONFIG_ROUTES,
  ...MACHINE_ROUTES,
  ...METRICS_ROUTES,
  ...ACCESS_ROUTES,
  ...DESCRIPTION_ROUTES,
];

/** What is asked for by a request: a route, or the refusal where there is none; null: perhaps a file of the page. */
export const findRoute = (request: IncomingMessage): Route | Reply | null => {
  const path = request.url?.split("?", 1)[0] ?? "";
  const here = ROUTES.filter((route) => route.path === path);
  if (here.length === 0) return isPage(path) ? null : failure(404, `There is nothing at ${path}.`);
  const method = request.method === "HEAD" ? "GET" : request.method;
  const found = here.find((route) => route.method === method);
  if (found !== undefined) return found;
  const methods = here.map((route) => (route.method === "GET" ? "GET, HEAD" : route.method)).join(", ");
  return failure(405, `${path} is for ${methods} only.`, { headers: { allow: methods } });
};

/** All but what programs ask for belongs to the page. */
const isPage = (path: string): boolean => !/^\/(api|metrics|healthz)(\/|$)/.test(path);
