import { expect, test } from "vitest";
import type { Route } from "../../src/core/kernel/kernel.ts";
import { applyEdits } from "../../src/core/kernel/plan.ts";
import { resetEdits } from "../../src/core/kernel/reset.ts";
import { adopted } from "../../src/core/kernel/wanted.ts";
import { foreignDefault, hop, kernelState, link, ourDefault } from "../fake/kernel-state.ts";

const ISP = foreignDefault("ipv4", [hop(3, "203.0.113.1")], { metric: 0 });

/** What is left of these routes after as many rounds as it takes. */
const left = (...routes: readonly Route[]): readonly Route[] => {
  let kernel = kernelState({ links: [link(3, "eth0"), link(9, "tun0")], routes });
  for (let edits = resetEdits(kernel, {}); edits.length > 0; edits = resetEdits(kernel, {}))
    kernel = applyEdits(kernel, edits);
  return kernel.routes;
};

test("a reset gives a displaced default its metric back", () => {
  expect(left(adopted(ISP), ourDefault([hop(3, "203.0.113.1")]))).toEqual([ISP]);
});

test("a reset spares the default that a VPN has put in the place of a displaced one", () => {
  const vpn = foreignDefault("ipv4", [hop(9, null)], { metric: 0, protocol: 3 });
  expect(left(adopted(ISP), vpn, ourDefault([hop(3, "203.0.113.1")]))).toEqual([adopted(ISP), vpn]);
});
