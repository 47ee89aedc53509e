import type { Event, Order } from "../core/event.ts";

/** What became of an order. */
export interface OrderAnswer {
  readonly accepted: boolean;
  /** One sentence. */
  readonly message: string;
}

/** Brings orders into the loop and their answers back. */
export interface Orders {
  /** Resolves once the core has answered. */
  give(order: Order): Promise<OrderAnswer>;
  /** Never throws. */
  answer(answer: { readonly id: number } & OrderAnswer): void;
}

/** Orders that none was given of yet. */
export const openOrders = (push: (event: Event) => void): Orders => {
  const open = new Map<number, (answer: OrderAnswer) => void>();
  let last = 0;
  return {
    give: (order) =>
      new Promise((resolve) => {
        last += 1;
        open.set(last, resolve);
        push({ kind: "ordered", id: last, order });
      }),
    answer: ({ id, accepted, message }) => {
      open.get(id)?.({ accepted, message });
      open.delete(id);
    },
  };
};
