import { expect, test } from "vitest";
import { astlinuxStatus } from "../../src/cli/astlinux-status.ts";
import { failedOver, healthy, noIpv6, noneUp } from "./fixture.ts";

const AT = new Date(2025, 2, 4, 8, 1, 3);

test("AstLinux's status text has its six lines, to the letter", () => {
  const withGateway = healthy.uplinks.map((uplink) => ({
    ...uplink,
    families: { ...uplink.families, ipv6: uplink.families.ipv6 && { ...uplink.families.ipv6, gateway: "fe80::2" } },
  }));
  expect(astlinuxStatus({ ...healthy, uplinks: withGateway }, AT)).toBe(
    [
      "WAN Failover Updated: 2025-03-04 08:01:03",
      "WAN Link: PRIMARY",
      "Primary Gateway: 203.0.113.1",
      "Secondary Gateway: 198.51.100.1",
      "Secondary IPv6 Gateway: fe80::2",
      "Target IPv4 Hosts: 192.0.2.1 192.0.2.2 192.0.2.3",
    ].join("\n"),
  );
});

test("after a failover the link is SECONDARY, and a gateway that isn't there has no IPv6 line", () => {
  const lines = astlinuxStatus(failedOver, AT).split("\n");
  expect(lines).toHaveLength(5);
  expect(lines[1]).toBe("WAN Link: SECONDARY");
  expect(lines[3]).toBe("Secondary Gateway: 198.51.100.1");
});

test("what is unknown is empty, and traffic that stays where it was is told so", () => {
  expect(astlinuxStatus(noneUp, AT)).toContain(
    "WAN Link: PRIMARY\nPrimary Gateway: 203.0.113.1\nSecondary Gateway: \n",
  );
  expect(astlinuxStatus({ ...noIpv6, active: [], uplinks: [] }, AT)).toContain(
    "WAN Link: PRIMARY\nPrimary Gateway: \n",
  );
});

test("the secondary is who stands in, and the primary the lowest tier, wherever they are listed", () => {
  const [fiber, lte] = healthy.uplinks;
  if (fiber === undefined || lte === undefined) throw new Error("the fixture has two uplinks");
  const third = {
    ...lte,
    name: "dsl",
    tier: 3,
    families: { ...lte.families, ipv4: lte.families.ipv4 && { ...lte.families.ipv4, gateway: "192.0.2.77" } },
  };
  const text = astlinuxStatus({ ...healthy, active: ["dsl"], uplinks: [third, lte, fiber] }, AT);
  expect(text).toContain("WAN Link: SECONDARY\nPrimary Gateway: 203.0.113.1\nSecondary Gateway: 192.0.2.77\n");
});
