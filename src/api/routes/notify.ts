import { notifyTestAnswer, notifyTestRequest } from "../contract.ts";
import { PATHS } from "../paths.ts";
import { failure, success } from "../reply.ts";
import { type Route, route } from "../route.ts";

/** What is asked of the messages to people. */
export const NOTIFY_ROUTES: readonly Route[] = [
  route({
    method: "POST",
    path: PATHS.notifyTest,
    access: "control",
    summary: "Send a test message to everybody who would be told of a switch, and say what became of it.",
    body: notifyTestRequest,
    answer: notifyTestAnswer,
    handle: async ({ notifyTest }) => {
      const results = await notifyTest();
      return results.length > 0
        ? success({ results })
        : failure(409, "Nobody is told of anything: see `notify` in the config.");
    },
  }),
];
