import { describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { ConfigError, formatIssue } from "../../src/config/mistake/issue.ts";
import type { UplinkFamilySettings } from "../../src/core/settings.ts";
import { type Host, type Target, targetText } from "../../src/core/target/target.ts";

const ipv4 = (address: string): Host => ({ kind: "address", family: "ipv4", address });
const named = (name: string): Host => ({ kind: "name", name });
const PAGE = { kind: "http", secure: false, host: named("example.net"), port: 80, path: "/", expect: null, body: null };

/** What `targets`, as a YAML list, becomes in each family. */
const families = (targets: string, more = ""): { ipv4: UplinkFamilySettings; ipv6: UplinkFamilySettings } => {
  const text = `uplinks:\n  - { name: a, interface: x, ${more} detection: classic, targets: [${targets}] }\n`;
  const uplink = parseConfig(text, "c").settings.uplinks[0];
  if (uplink === undefined) throw new Error("no uplink");
  return uplink.families;
};

const complaints = (targets: string): string[] => {
  try {
    families(targets);
  } catch (error) {
    if (error instanceof ConfigError) return error.issues.map((issue) => formatIssue("c", issue).replace(/^\S+ /, ""));
    throw error;
  }
  return [];
};

describe("a target", () => {
  test.each<[string, object]>([
    ["9.9.9.9", { kind: "icmp", address: "9.9.9.9" }],
    ["tcp://1.1.1.1:443", { kind: "tcp", host: ipv4("1.1.1.1"), port: 443 }],
    ["tcp://Example.NET:22", { kind: "tcp", host: named("example.net"), port: 22 }],
    ["dns://9.9.9.9/Example.org", { kind: "dns", host: ipv4("9.9.9.9"), port: 53, name: "example.org" }],
    ["dns://9.9.9.9:5353/example.org", { kind: "dns", host: ipv4("9.9.9.9"), port: 5353, name: "example.org" }],
    ["http://example.net", PAGE],
    ["http://example.net:8080/a?b=c", { ...PAGE, port: 8080, path: "/a?b=c" }],
    ["https://example.net/", { ...PAGE, secure: true, port: 443 }],
    ["https://1.1.1.1/", { ...PAGE, secure: true, port: 443, host: ipv4("1.1.1.1") }],
    ["{ url: http://example.net/, expect: 204 }", { ...PAGE, expect: 204 }],
    ["{ url: http://example.net/, body: success }", { ...PAGE, body: "success" }],
  ])("%s is read", (written, target) => {
    expect(
      families(`${written.startsWith("{") ? written : `"${written}"`}, "2001:db8::1", 8.8.8.8`).ipv4.targets[0],
    ).toEqual(target);
  });

  test("with an IPv6 address has it in brackets, in any spelling", () => {
    const { targets } = families('8.8.8.8, "tcp://[2001:DB8:0::1]:443", "https://[2001:db8::0001]/"').ipv6;
    const host = { kind: "address", family: "ipv6", address: "2001:db8::1" };
    expect(targets).toEqual([
      { kind: "tcp", host, port: 443 },
      { ...PAGE, secure: true, host, port: 443 },
    ]);
  });

  test("with a name is probed in both families, one with an address in its own", () => {
    const { ipv4: four, ipv6: six } = families('8.8.8.8, "https://example.net/", "tcp://1.1.1.1:443"');
    expect(four.targets.map(targetText)).toEqual(["8.8.8.8", "https://example.net/", "tcp://1.1.1.1:443"]);
    expect(six.targets.map(targetText)).toEqual(["https://example.net/"]);
  });

  test("is written as it is read", () => {
    const texts = [
      "tcp://1.1.1.1:443",
      "dns://9.9.9.9/example.org",
      "dns://[2001:db8::1]:5353/example.org",
      "http://example.net/",
      "https://example.net:8443/a?b",
    ];
    const { ipv4: four, ipv6: six } = families(texts.map((text) => JSON.stringify(text)).join());
    const read = new Set<Target>([...four.targets, ...six.targets]);
    expect([...new Set([...read].map(targetText))].sort()).toEqual([...texts].sort());
  });
});

describe("a mistake", () => {
  const AT = "uplinks[0].targets[0]";
  test.each([
    ['"tcp://1.1.1.1"', "isn't a target of its kind → write it as tcp://HOST:PORT, such as tcp://1.1.1.1:443"],
    ['"tcp://1.1.1.1:0"', "isn't a target of its kind → write it as tcp://"],
    ['"tcp://1.1.1.1:99999"', "isn't a target of its kind → write it as tcp://"],
    ['"tcp://1.1.1.1:443/path"', "isn't a target of its kind → write it as tcp://"],
    ['"tcp://127.0.0.1:443"', "isn't a target of its kind → write it as tcp://"],
    ['"tcp://router:443"', "isn't a target of its kind → write it as tcp://"],
    [
      '"dns://9.9.9.9"',
      "isn't a target of its kind → write it as dns://ADDRESS/NAME, such as dns://9.9.9.9/example.org",
    ],
    ['"dns://dns.example/example.org"', "isn't a target of its kind → write it as dns://"],
    ['"https://user:secret@example.net/"', "isn't a target of its kind → write it as https://"],
    ['"http://example.net/#top"', "isn't a target of its kind → write it as http://"],
    ['"http://exa mple.net/"', "isn't a target of its kind → write it as http://"],
    ['"http://1/"', "isn't a target of its kind → write it as http://"],
    ['"ftp://example.net/"', "isn't an IPv4 or IPv6 address → give the address of a host"],
    ["{ url: ftp://example.net/ }", "isn't a web page → write it as http://"],
    ["{ url: http://example.net/, expect: 100 }", "100 is too small → give a whole number from 200 to 599"],
    ["{ url: http://example.net/, expects: 204 }", "is unknown → did you mean expect?"],
    ["{ expect: 204 }", "is missing → give text such as http://example.net/generate_204"],
    ["17", "17 doesn't fit → give text such as 9.9.9.9, or a group of options"],
  ])("in %s is explained", (written, said) => {
    const told = complaints(`${written}, 8.8.8.8, "2001:db8::1"`);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(said);
    expect(told[0]).toContain(AT);
  });

  test("is a target that is there twice, in whatever form", () => {
    expect(complaints('"http://example.net", { url: "http://EXAMPLE.net/", expect: 204 }')).toEqual([
      'uplinks[0].targets[1]: "http://example.net/" is there already, at uplinks[0].targets[0] → give another, or remove one',
    ]);
  });
});

describe("names are resolved by", () => {
  const resolvers = (targets: string, more = "") => {
    const { ipv4: four, ipv6: six } = families(targets, more);
    return [four.resolvers, six.resolvers];
  };
  const NAMED = '"http://example.net/"';

  test("nobody where there is none", () => {
    expect(resolvers('8.8.8.8, "2001:db8::1"')).toEqual([[], []]);
  });

  test("the uplink's own resolvers", () => {
    expect(resolvers(NAMED, 'dns: [192.168.1.1, "2001:db8::53"],')).toEqual([["192.168.1.1"], ["2001:db8::53"]]);
  });

  test("those of the other family where there are no others", () => {
    expect(resolvers(NAMED, "dns: [192.168.1.1],")).toEqual([["192.168.1.1"], ["192.168.1.1"]]);
  });

  test("the servers that are DNS targets, if it has none", () => {
    expect(resolvers(`${NAMED}, "dns://9.9.9.9/example.org"`)).toEqual([["9.9.9.9"], ["9.9.9.9"]]);
  });

  test("well-known ones, if it has neither", () => {
    expect(resolvers(NAMED)).toEqual([
      ["1.1.1.1", "8.8.8.8", "9.9.9.9"],
      ["2606:4700:4700::1111", "2001:4860:4860::8888"],
    ]);
  });
});
