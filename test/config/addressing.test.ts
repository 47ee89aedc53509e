import { describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { ConfigError, formatIssue } from "../../src/config/mistake/issue.ts";

const configOf = (...uplinks: readonly (readonly string[])[]): string =>
  [
    "uplinks:",
    ...uplinks.flatMap((lines, place) => [
      `  - name: line${place}`,
      `    interface: eth${place}`,
      ...lines.map((line) => `    ${line}`),
    ]),
  ].join("\n");

const complaints = (...uplinks: readonly (readonly string[])[]): string[] => {
  try {
    parseConfig(configOf(...uplinks), "c");
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.issues.map((issue) => formatIssue("c", issue));
    throw error;
  }
};

const GIVE4 = "give an address with the length of its network, such as 203.0.113.2/30";

describe("a static address", () => {
  test("is taken with the length of its network and its gateway, in one spelling", () => {
    const { uplinks } = parseConfig(
      configOf([
        "ipv4: { method: static, address: 172.20.10.14/28, gateway: 172.20.10.1 }",
        'ipv6: { method: static, address: "2001:DB8:0::2/64", gateway: "fe80::1" }',
      ]),
      "c",
    ).settings;
    expect(uplinks[0]?.families).toMatchObject({
      ipv4: {
        method: "static",
        address: { address: "172.20.10.14", prefixLength: 28 },
        gateway: "172.20.10.1",
      },
      ipv6: { method: "static", address: { address: "2001:db8::2", prefixLength: 64 }, gateway: "fe80::1" },
    });
  });

  test.each([
    ["needs no gateway: it may be learned", "ipv4: { method: static, address: 203.0.113.2/24 }"],
    [
      "may be alone, with its gateway elsewhere",
      "ipv4: { method: static, address: 203.0.113.2/32, gateway: 10.0.0.1 }",
    ],
    ["may be one of two", "ipv4: { method: static, address: 203.0.113.2/31, gateway: 203.0.113.3 }"],
  ])("%s", (_, line) => {
    expect(complaints([line])).toEqual([]);
  });

  test.each([
    [
      "{ method: static }",
      "c:4:21 uplinks[0].ipv4.method: static lacks an address → give one: `address: 203.0.113.2/30`",
    ],
    [
      "{ method: static, address: 203.0.113.2 }",
      `c:4:38 uplinks[0].ipv4.address: 203.0.113.2 has no prefix length → ${GIVE4}`,
    ],
    [
      "{ method: static, address: 203.0.113.2/33 }",
      `c:4:38 uplinks[0].ipv4.address: 203.0.113.2/33 has no prefix length that can be → ${GIVE4}`,
    ],
    [
      "{ method: static, address: 203.0.113.2/255.255.255.0 }",
      `c:4:38 uplinks[0].ipv4.address: 203.0.113.2/255.255.255.0 has no prefix length that can be → ${GIVE4}`,
    ],
    ["{ method: static, address: fiber/24 }", `c:4:38 uplinks[0].ipv4.address: "fiber/24" isn't an address → ${GIVE4}`],
    [
      '{ method: static, address: "2001:db8::2/64" }',
      `c:4:38 uplinks[0].ipv4.address: 2001:db8::2 is an IPv6 address → ${GIVE4}`,
    ],
    [
      "{ method: static, address: 127.0.0.1/8 }",
      `c:4:38 uplinks[0].ipv4.address: 127.0.0.1 can't be the address of an interface → ${GIVE4}`,
    ],
    [
      "{ method: static, address: 203.0.113.0/30 }",
      `c:4:38 uplinks[0].ipv4.address: 203.0.113.0 is the network itself or its broadcast → ${GIVE4}`,
    ],
    [
      "{ method: static, address: 203.0.113.3/30 }",
      `c:4:38 uplinks[0].ipv4.address: 203.0.113.3 is the network itself or its broadcast → ${GIVE4}`,
    ],
    [
      "{ method: static, address: 203.0.113.2/30, gateway: 203.0.113.5 }",
      "c:4:63 uplinks[0].ipv4.gateway: 203.0.113.5 is outside of the network of 203.0.113.2/30 → mend one of them, or the prefix length",
    ],
    [
      "{ method: static, address: 203.0.113.2/30, gateway: 203.0.113.2 }",
      "c:4:63 uplinks[0].ipv4.gateway: 203.0.113.2 is the uplink's own address → give the address of the provider's router",
    ],
    [
      "{ address: 203.0.113.2/30 }",
      "c:4:22 uplinks[0].ipv4.address: is only for `method: static`, and the method is external → say `method: static`, or remove the address",
    ],
  ])("ipv4: %s gets one clear sentence", (group, sentence) => {
    expect(complaints([`ipv4: ${group}`])).toEqual([sentence]);
  });

  test("is of one uplink alone", () => {
    const line = "ipv4: { method: static, address: 10.0.0.2/24, gateway: 10.0.0.1 }";
    expect(complaints([line], [line.replace("2/24", "2/30")])).toEqual([
      "c:7:38 uplinks[1].ipv4.address: 10.0.0.2 is an address of two uplinks, see uplinks[0].ipv4.address → give each its own",
    ]);
  });
});

describe("an uplink without an interface", () => {
  const without = (...lines: string[]): string =>
    [
      "uplinks:",
      "  - { name: fiber, interface: eth0 }",
      "  - name: second",
      ...lines.map((line) => `    ${line}`),
    ].join("\n");
  const complaintsAbout = (...lines: string[]): string[] => {
    try {
      parseConfig(without(...lines), "c");
      return [];
    } catch (error) {
      if (error instanceof ConfigError) return error.issues.map((issue) => formatIssue("c", issue));
      throw error;
    }
  };

  test("is where its gateway is, in the families that have one", () => {
    const { uplinks } = parseConfig(without("ipv4: { gateway: 192.168.77.254 }"), "c").settings;
    expect(uplinks[1]).toMatchObject({
      interface: null,
      families: { ipv4: { method: "external", gateway: "192.168.77.254" }, ipv6: { method: "none" } },
    });
  });

  test.each([
    [
      ["weight: 2"],
      "c:3:5 uplinks[1]: has neither an interface nor a gateway → name an interface, such as `interface: eth0`, or give `ipv4: { gateway: 192.168.1.254 }`",
    ],
    [
      ['ipv6: { gateway: "fe80::1" }'],
      "c:4:22 uplinks[1].ipv6.gateway: fe80::1 may be on any interface → name the interface, or give a gateway that isn't link-local",
    ],
    [
      ["ipv4: { method: static, address: 10.0.0.2/24, gateway: 10.0.0.1 }"],
      "c:4:21 uplinks[1].ipv4.method: static needs an interface → name it: `interface: eth0`",
    ],
  ])("%j gets one clear sentence", (lines, sentence) => {
    expect(complaintsAbout(...lines)).toEqual([sentence]);
  });
});
