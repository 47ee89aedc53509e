import type * as z from "zod";
import { parseDuration } from "../../config/value/duration.ts";
import type { Order } from "../../core/event.ts";
import { failbackRequest, orderAnswer, testRequest, useRequest } from "../contract.ts";
import { PATHS } from "../paths.ts";
import { failure, success } from "../reply.ts";
import { type Route, route } from "../route.ts";

interface Taking<T> {
  readonly path: string;
  readonly summary: string;
  readonly body: z.ZodType<T>;
  readonly toOrder: (request: T) => Order;
}

/** A route that takes an order. */
const taking = <T>({ toOrder, ...described }: Taking<T>): Route =>
  route({
    ...described,
    method: "POST",
    access: "control",
    answer: orderAnswer,
    handle: async (ports, { body }) => {
      const { accepted, message } = await ports.order(toOrder(body));
      return accepted ? success({ accepted, message }) : failure(409, message);
    },
  });

/** What a person or a program may order. */
export const ORDER_ROUTES: readonly Route[] = [
  taking({
    path: PATHS.test,
    summary: "Force traffic onto an uplink for a while; it returns by itself.",
    body: testRequest,
    toOrder: (request) => ({
      kind: "test",
      uplink: request.uplink ?? null,
      forMs: request.for === undefined ? null : parseDuration(request.for),
    }),
  }),
  taking({
    path: PATHS.failback,
    summary: "End a test or a hold now.",
    body: failbackRequest,
    toOrder: () => ({ kind: "failback" }),
  }),
  taking({
    path: PATHS.use,
    summary: "Pin an uplink by hand; null lets the policy decide again.",
    body: useRequest,
    toOrder: ({ uplink }) => ({ kind: "use", uplink }),
  }),
];
