import { healthAnswer, type StatusAnswer, statusAnswer } from "../contract.ts";
import { PATHS } from "../paths.ts";
import { failure, success } from "../reply.ts";
import { type Ports, type Route, route } from "../route.ts";

const describe = ({ version, startedAt, config, status, messages }: Ports): StatusAnswer => ({
  version,
  startedAt,
  runningMs: Math.round(performance.now()),
  pid: process.pid,
  config: config.path,
  status: status(),
  messages: messages(),
});

/** What is. */
export const STATUS_ROUTES: readonly Route[] = [
  route({
    method: "GET",
    path: PATHS.status,
    access: "read",
    summary: "What is, and why.",
    answer: statusAnswer,
    handle: (ports) => success(describe(ports)),
  }),
  route({
    method: "GET",
    path: PATHS.events,
    access: "read",
    summary: "What is and what happens, as server-sent events; `Last-Event-ID` says what was seen already.",
    answer: "text/event-stream",
    handle: ({ events }, { headers, isWelcome }) => {
      if (events.isFull())
        return failure(503, "Too many clients follow the events already.", { headers: { "retry-after": "30" } });
      const lastId = headers["last-event-id"];
      const visit = { isWelcome, lastId: typeof lastId === "string" ? lastId : undefined };
      return { stream: (response) => events.open(response, visit) };
    },
  }),
  route({
    method: "GET",
    path: PATHS.health,
    access: "none",
    summary: "Whether the daemon answers.",
    answer: healthAnswer,
    handle: () => success({ healthy: true }),
  }),
];
