import { describe, expect, test } from "vitest";
import type { Family } from "../../src/core/family.ts";
import { obstacles, obstacleText, whereabouts } from "../../src/core/kernel/destination.ts";
import type { KernelState } from "../../src/core/kernel/kernel.ts";
import type { UplinkSettings } from "../../src/core/settings.ts";
import { start } from "../../src/core/start.ts";
import { step } from "../../src/core/step.ts";
import { address, foreignDefault, hop, kernelState, link } from "../fake/kernel-state.ts";
import { found, healthy } from "../fake/machine-facts.ts";
import { FIBER, LTE, settingsOf } from "../fake/settings.ts";

const routed = (uplink: UplinkSettings, family: Family, ...routes: string[]): UplinkSettings => ({
  ...uplink,
  families: { ...uplink.families, [family]: { ...uplink.families[family], routes } },
});

const KERNEL = kernelState({
  addresses: [
    address(2, "192.168.1.1"),
    address(2, "fd00:1::1", { prefixLength: 64 }),
    address(3, "203.0.113.2"),
    address(4, "198.51.100.2"),
  ],
});

const where = (destination: string): string => {
  const family = destination.includes(":") ? "ipv6" : "ipv4";
  return whereabouts(destination, family, { ...KERNEL, own: "wwan0" }).kind;
};

test.each([
  ["192.168.5.0/24", "beyond"],
  ["192.168.0.0/16", "beyond"],
  ["192.168.1.0/24", "elsewhere"],
  ["192.168.1.128/25", "elsewhere"],
  ["203.0.113.9/32", "elsewhere"],
  ["198.51.100.1/32", "on-link"],
  ["fd00:1::/48", "beyond"],
  ["fd00:1::5/128", "elsewhere"],
])("seen from wwan0, %s lies %s", (destination, place) => {
  expect(where(destination)).toBe(place);
});

/** The edits of the first review that put routes to something else than the default. */
const putIn = (kernel: KernelState, ...uplinks: UplinkSettings[]): readonly string[] => {
  const begun = start({ settings: settingsOf(uplinks), memory: null, seed: 1, now: 0 });
  return step(begun, { kind: "kernel-read", kernel }, 0).commands.flatMap((command) =>
    command.kind !== "edit-kernel"
      ? []
      : command.edits.flatMap((edit) =>
          edit.kind === "put-route" && edit.route.destination !== "default"
            ? [`${edit.route.destination} ${edit.route.hops[0]?.gateway} table ${edit.route.table}`]
            : [],
        ),
  );
};

describe("a destination", () => {
  const lte = routed(LTE, "ipv4", "192.168.5.0/24", "192.168.1.0/25", "198.51.100.7/32");

  test("is routed by its uplink's gateway while that is a standby, unless it lies in a network of ours", () => {
    expect(putIn(KERNEL, FIBER, lte)).toEqual(["192.168.5.0/24 198.51.100.1 table 254"]);
  });

  test("has no route while its uplink has no path", () => {
    const links = KERNEL.links.map((one) => (one.name === "wwan0" ? link(4, "wwan0", { carrier: false }) : one));
    expect(putIn({ ...KERNEL, links }, FIBER, lte)).toEqual([]);
  });

  test("of a point-to-point link needs no gateway", () => {
    const links = KERNEL.links.map((one) => (one.name === "wwan0" ? link(4, "wwan0", { pointToPoint: true }) : one));
    const routes = [foreignDefault("ipv4", [hop(3, "203.0.113.1")])];
    expect(putIn({ ...KERNEL, links, routes }, FIBER, lte)).toEqual(["192.168.5.0/24 null table 254"]);
  });

  test("that would swallow a network is named with it", () => {
    expect(obstacles([FIBER, lte], KERNEL).map(obstacleText)).toEqual([
      "192.168.1.0/25 is not routed over lte: it lies within the network of lan0 (192.168.1.1/24), which would lose it.",
    ]);
  });

  test("is examined by the doctor", () => {
    const settings = healthy.settings ?? settingsOf();
    const withRoute = (route: string) => {
      const [fiber = FIBER, lte = LTE] = settings.uplinks;
      return { settings: { ...settings, uplinks: [fiber, routed(lte, "ipv4", route)] } };
    };
    expect(found(withRoute("192.168.1.64/26"))).toEqual(["warning route-swallows-network"]);
    expect(found(withRoute("192.168.0.0/16"))).toEqual([]);
  });
});
