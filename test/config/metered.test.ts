import { expect, test } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { ConfigError } from "../../src/config/mistake/issue.ts";

const configOf = (uplink: string, more = ""): string =>
  `uplinks:\n  - { name: fiber, interface: eth0 }\n  - { name: lte, ${uplink} }\n${more}`;

const complaint = (uplink: string, more?: string): string => {
  try {
    parseConfig(configOf(uplink, more), "c");
    return "";
  } catch (error) {
    if (error instanceof ConfigError) return error.issues.map(({ message, remedy }) => `${message}; ${remedy}`).join();
    throw error;
  }
};

test.each([
  ["10GB/month", 1e10],
  ["1.5TB/month", 1.5e12],
  ["500MiB/month", 500 * 1024 * 1024],
])("a cap of %s is %d octets", (text, octets) => {
  const { uplinks } = parseConfig(configOf(`interface: wwan0, cap: ${text}`), "c").settings;
  expect(uplinks.map(({ cap }) => cap)).toEqual([null, octets]);
});

test.each([
  ["10GB", '"10GB" isn\'t a cap; give text such as 10GB/month'],
  ["10 GB/month", '"10 GB/month" isn\'t a cap; give text such as 10GB/month'],
  ["10GB/week", '"10GB/week" isn\'t a cap; give text such as 10GB/month'],
  ["0GB/month", "lets nothing through; give what the contract includes, such as 10GB/month"],
])("a cap of %s is refused", (text, said) => {
  expect(complaint(`interface: wwan0, cap: ${text}`)).toBe(said);
});

test("a cap that nothing could be counted for is refused", () => {
  expect(complaint("ipv4: { gateway: 192.168.1.254 }, cap: 10GB/month")).toBe(
    "can't be counted without an interface of its own; name the interface, or remove the cap",
  );
  expect(complaint("interface: wwan0, cap: 10GB/month", "history: { file: none }")).toBe(
    "can't be counted without a history; remove `file: none` under history, or the cap",
  );
});

test("what is essential is taken in one spelling", () => {
  const { uplinks } = parseConfig(
    configOf(
      'interface: wwan0, metered: true, essential: { ports: [443, 5060-5061], dscp: [ef, 34], from: [192.168.1.10, "FD00::/64"] }',
    ),
    "c",
  ).settings;
  expect(uplinks.map(({ essential }) => essential)).toEqual([
    null,
    { ports: ["443", "5060-5061"], dscp: [46, 34], from: ["192.168.1.10/32", "fd00::/64"] },
  ]);
});

test.each([
  ["interface: wwan0, essential: { ports: [443] }", "is for metered uplinks; say `metered: true` too, or remove it"],
  ["metered: true, interface: wwan0, essential: { ports: [https] }", "isn't a port"],
  ["metered: true, interface: wwan0, essential: { ports: [5061-5060] }", "isn't a port"],
  ["metered: true, interface: wwan0, essential: { dscp: [eff] }", "did you mean ef?"],
  ["metered: true, interface: wwan0, essential: { from: [0.0.0.0/0] }", "0.0.0.0/0 is everybody"],
])("%s is refused", (uplink, said) => {
  expect(complaint(uplink)).toContain(said);
});
