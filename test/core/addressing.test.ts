import { expect, test } from "vitest";
import { linksToSwitchOn, wantedAddresses } from "../../src/core/path/addressing.ts";
import type { UplinkSettings } from "../../src/core/settings.ts";
import type { UplinkState } from "../../src/core/state.ts";
import { kernelState, link } from "../fake/kernel-state.ts";
import { FIBER, LTE } from "../fake/settings.ts";

const STATIC: UplinkSettings = {
  ...LTE,
  families: {
    ...LTE.families,
    ipv4: { ...LTE.families.ipv4, method: "static", address: { address: "198.51.100.2", prefixLength: 24 } },
  },
};

const uplinks = [FIBER, STATIC].map(
  (settings, place): UplinkState => ({
    settings,
    device: null,
    clients: { ipv4: null, ipv6: null },
    number: place + 1,
    prefixes: [],
    mistranslated: false,
    families: { ipv4: null, ipv6: null },
  }),
);

test("a static address is wanted on its interface, wherever that is now", () => {
  const wanted = {
    family: "ipv4",
    link: 4,
    address: "198.51.100.2",
    peer: null,
    prefixLength: 24,
    global: true,
    protocol: 87,
  };
  expect(wantedAddresses(uplinks, kernelState())).toEqual([wanted]);
  expect(wantedAddresses(uplinks, kernelState({ links: [link(9, "wwan0")] }))).toEqual([{ ...wanted, link: 9 }]);
  expect(wantedAddresses(uplinks, kernelState({ links: [] }))).toEqual([]);
});

test("only an interface that is ours to configure is switched on", () => {
  const links = [link(3, "eth0", { adminUp: false }), link(4, "wwan0", { adminUp: false })];
  expect(linksToSwitchOn(uplinks, kernelState({ links })).map(({ name }) => name)).toEqual(["wwan0"]);
  expect(linksToSwitchOn(uplinks, kernelState())).toEqual([]);
});
