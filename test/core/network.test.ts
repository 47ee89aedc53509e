import fc from "fast-check";
import { expect, test } from "vitest";
import { covers, formatNetwork, isPrivate, networkOf, overlap, parseNetwork } from "../../src/core/network.ts";

const network = (text: string) => {
  const parsed = parseNetwork(text, text.includes(":") ? "ipv6" : "ipv4");
  if (parsed === null) throw new Error(`not a network: ${text}`);
  return parsed;
};

test.each([
  ["192.168.1.77/24", "192.168.1.0/24"],
  ["255.255.255.255/32", "255.255.255.255/32"],
  ["0.0.0.0/0", "0.0.0.0/0"],
  ["2001:db8:1:2:3:4:5:6/64", "2001:db8:1:2::/64"],
  ["fd00::/8", "fd00::/8"],
  ["::ffff:192.0.2.1/128", "0:0:0:0:0:ffff:c000:201/128"],
  ["::/0", "::/0"],
])("%s is in %s", (text, formatted) => {
  expect(formatNetwork(network(text))).toBe(formatted);
});

test.each([
  "",
  "1.2.3",
  "1.2.3.256",
  "1.2.3.4.5",
  "1.2.3.4/33",
  "1.2.3.4/x",
  "::1::",
  "1:2:3:4:5:6:7:8:9",
  "fe80::1%eth0",
  "12345::",
])("%j is no network", (text) => {
  expect(parseNetwork(text, text.includes(":") ? "ipv6" : "ipv4")).toBeNull();
});

test("networks overlap where one holds the other", () => {
  expect(overlap(network("10.0.0.0/8"), network("10.9.8.0/24"))).toBe(true);
  expect(overlap(network("10.0.0.0/24"), network("10.0.1.0/24"))).toBe(false);
  expect(covers(network("10.9.8.0/24"), network("10.0.0.0/8"))).toBe(false);
  expect(overlap(network("0.0.0.0/0"), network("::/0"))).toBe(false);
});

test("private are RFC 1918, RFC 6598 and RFC 4193", () => {
  const all = ["10.1.0.0/16", "172.31.0.0/16", "192.168.0.0/24", "100.127.0.0/24", "fd12::/64"];
  expect(all.filter((text) => !isPrivate(network(text)))).toEqual([]);
  const others = ["172.32.0.0/16", "100.128.0.0/24", "192.0.0.0/8", "2001:db8::/32", "fe80::/64"];
  expect(others.filter((text) => isPrivate(network(text)))).toEqual([]);
});

test("any text is an address or null", () => {
  fc.assert(fc.property(fc.string(), fc.integer(), (text, length) => void networkOf(text, length)));
  fc.assert(fc.property(fc.ipV6(), (text) => networkOf(text) !== null));
  fc.assert(fc.property(fc.ipV4(), (text) => formatNetwork(network(text)) === `${text}/32`));
});
