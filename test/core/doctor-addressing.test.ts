import { describe, expect, test } from "vitest";
import { address, FIBER, findings, found, healthy, LTE, route, settingsOf } from "../fake/machine-facts.ts";

/** fiber as it is, and an uplink written so. */
const withUplink = (yaml: string) =>
  settingsOf(`uplinks:\n  - { name: fiber, interface: eth0, ipv6: { method: none } }\n  - ${yaml}\n`);

describe("a gateway alone", () => {
  const second = (gateway: string) => withUplink(`{ name: second, ipv4: { gateway: ${gateway} }, nat: true }`);
  const without = { addresses: healthy.addresses.filter(({ link }) => link !== LTE) };

  test("is well in a network of ours, and told where it is in none", () => {
    expect(found({ ...without, settings: second("192.168.1.254") })).not.toContain("warning gateway-nowhere");
    expect(found({ ...without, settings: second("10.9.9.1") })).toContain("warning gateway-nowhere");
    expect(findings({ ...without, settings: second("10.9.9.1") })[0]?.title).toBe(
      "The IPv4 gateway 10.9.9.1 of second is in no network of its interface",
    );
  });
});

describe("DHCP", () => {
  const settings = withUplink(
    "{ name: lte, interface: wwan0, nat: true, ipv4: { method: dhcp }, ipv6: { method: dhcp } }",
  );
  const ours = { protocol: 87, metric: 2 };
  const leased = {
    settings,
    addresses: [...healthy.addresses, address(LTE, "2001:db8:2::2/128"), address(FIBER, "fe80::2/64")],
    routes: [
      ...healthy.routes.slice(0, 1),
      route("default", { link: LTE, gateway: "198.51.100.1" }, ours),
      route("default", { link: LTE, gateway: "fe80::1" }, { protocol: 9 }),
    ],
  };
  const about = (changes: object): readonly string[] =>
    found({ ...leased, ...changes }).filter((one) => /dhcp|lease|no-gateway|no-address|no-ipv6-gateway/.test(one));

  test("with leases is well: the gateway is in the daemon's own routes", () => {
    expect(about({})).toEqual([]);
  });

  test("needs its programs", () => {
    expect(about({ dhcpClients: { ipv4: false, ipv6: true } })).toEqual(["error dhcp-client-missing"]);
    expect(about({ dhcpClients: { ipv4: true, ipv6: false } })).toEqual(["error dhcp-client-missing"]);
  });

  test("without a lease is told while the daemon runs", () => {
    const addresses = healthy.addresses.filter(({ link }) => link !== LTE);
    expect(about({ addresses })).toEqual(["warning no-lease", "warning no-lease"]);
    expect(about({ addresses, daemon: { running: false, ranBefore: true } })).toEqual([]);
  });
});
