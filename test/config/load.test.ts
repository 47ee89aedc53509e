import { describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { ConfigError, formatIssue } from "../../src/config/mistake/issue.ts";
import { PRESETS } from "../../src/core/detector/presets.ts";
import { pings } from "../fake/settings.ts";

const LEAST = `uplinks:
  - { name: fiber, interface: eth0 }
  - { name: lte,   interface: wwan0, metered: true }
`;

const complaints = (text: string): string[] => {
  try {
    parseConfig(text, "c");
  } catch (error) {
    if (error instanceof ConfigError) return error.issues.map((issue) => formatIssue("c", issue));
    throw error;
  }
  return [];
};

/** The complaints about one uplink with these options on lines of their own, from line 4 on. */
const about = (...options: string[]): string[] =>
  complaints(
    ["uplinks:", "  - name: fiber", "    interface: eth0", ...options.map((line) => `    ${line}`)].join("\n"),
  );

describe("the least config", () => {
  const { settings, log } = parseConfig(LEAST, "c");

  test("makes the place in the list the tier", () => {
    expect(settings.uplinks.map(({ name, tier, weight }) => [name, tier, weight])).toEqual([
      ["fiber", 1, 1],
      ["lte", 2, 1],
    ]);
  });

  test("detects in balance, and with few bytes where they cost money", () => {
    expect(settings.uplinks.map(({ detection }) => detection)).toEqual([PRESETS.balanced, PRESETS.metered]);
  });

  test("learns both families, translates nothing, probes three operators", () => {
    const { families } = settings.uplinks[0] ?? {};
    const same = { method: "external", address: null, gateway: null, masquerade: false, resolvers: [], routes: [] };
    expect(families).toEqual({
      ipv4: { ...same, targets: pings("1.1.1.1", "8.8.8.8", "9.9.9.9") },
      ipv6: { ...same, targets: pings("2606:4700:4700::1111", "2001:4860:4860::8888") },
    });
  });

  test("holds ten minutes and one, returns by itself, drains half an hour, keeps the kernel's state", () => {
    expect(settings.failover).toEqual({
      holdAfterFailoverMs: 600_000,
      holdAfterFailbackMs: 60_000,
      failback: "auto",
      divert: true,
      drainMs: 1_800_000,
      share: "connection",
      onStop: "keep",
      rehearse: { when: "never", forMs: 60_000, page: "http://example.com/" },
    });
    expect(log).toEqual({ level: "info", syslog: "none" });
  });
});

describe("what is written counts", () => {
  test("in every option of an uplink", () => {
    const { settings } = parseConfig(
      `uplinks:
  - name: a-1
    interface: ppp0
    tier: 3
    weight: 256
    ipv4: { gateway: 192.0.2.1 }
    ipv6: { gateway: FE80::1, translate: masquerade }
    nat: true
    cap: 2GB/month
    targets: [9.9.9.9, 1.1.1.1, 2001:DB8:0::1, "2001:db8::2"]
    shape: { upload: 10mbit, linkLayer: docsis, ackFilter: true }
    dns: [203.0.113.53, "2001:DB8:0::53"]
    routes: [192.168.5.0/24, 192.0.2.7, "2001:DB8:5:0:1:0:0:0/80"]
    detection: { preset: calm, failoverSpan: 8s, failoverEvidence: 11, failoverSpanGrowth: 1.2 }
nat: { foreign: [10.9.0.0/24] }
`,
      "c",
    );
    expect(settings.uplinks).toEqual([
      {
        name: "a-1",
        interface: "ppp0",
        tier: 3,
        weight: 256,
        metered: false,
        cap: 2_000_000_000,
        essential: null,
        families: {
          ipv4: {
            method: "external",
            address: null,
            gateway: "192.0.2.1",
            masquerade: true,
            targets: pings("9.9.9.9", "1.1.1.1"),
            resolvers: [],
            routes: ["192.168.5.0/24", "192.0.2.7/32"],
          },
          ipv6: {
            method: "external",
            address: null,
            gateway: "fe80::1",
            masquerade: true,
            targets: pings("2001:db8::1", "2001:db8::2"),
            resolvers: [],
            routes: ["2001:db8:5:0:1::/80"],
          },
        },
        foreign: ["10.9.0.0/24"],
        dns: ["203.0.113.53", "2001:db8::53"],
        prefixes: null,
        shape: { upload: 10_000, linkLayer: "docsis", ackFilter: true },
        detection: { ...PRESETS.calm, failoverSpanMs: 8_000, failoverEvidenceNats: 11, failoverSpanGrowth: 1.2 },
      },
    ]);
  });

  test("in prefixes that stand for each other", () => {
    const prefixes = (npt: string) =>
      parseConfig(`uplinks:\n  - { name: a, interface: x, ipv6: { translate: ${npt} } }\n`, "c").settings.uplinks[0]
        ?.prefixes;
    expect(prefixes("none")).toBeNull();
    expect(prefixes("{ npt: auto }")).toEqual({ outer: null, inner: null });
    expect(prefixes('{ npt: "2001:DB8:A::/56", inside: "fd00:a::/64" }')).toEqual({
      outer: "2001:db8:a::/56",
      inner: "fd00:a::/64",
    });
  });

  test("in the counters of the classic preset", () => {
    const text = `${LEAST.replace("metered: true", "detection: { preset: classic, threshold: 5, maxLatency: 2s }")}`;
    const { settings } = parseConfig(text, "c");
    expect(settings.uplinks[1]?.detection).toEqual({ ...PRESETS.classic, threshold: 5, maxLatencyMs: 2_000 });
  });

  test("in the failover and the log", () => {
    const { settings, log } = parseConfig(
      `${LEAST}failover: { holdAfterFailover: 0s, failback: manual, divert: false, drain: never, onStop: restore }\nlog: { level: debug }\n`,
      "c",
    );
    expect(settings.failover).toMatchObject({
      holdAfterFailoverMs: 0,
      failback: "manual",
      divert: false,
      drainMs: null,
    });
    expect(settings.failover.onStop).toBe("restore");
    expect(log.level).toBe("debug");
    expect(parseConfig(`${LEAST}failover: { drain: 0s }`, "c").settings.failover.drainMs).toBe(0);
  });

  test("of an alias as of what it stands for", () => {
    const { settings } = parseConfig(
      "uplinks:\n  - { name: a, interface: x, targets: &t [192.0.2.1, 192.0.2.2], ipv6: &no { method: none } }\n" +
        "  - { name: b, interface: y, targets: *t, ipv6: *no }\n",
      "c",
    );
    expect(settings.uplinks[1]?.families.ipv4.targets).toEqual(pings("192.0.2.1", "192.0.2.2"));
  });
});

describe("each mistake has its place, its path and its remedy", () => {
  test.each([
    ["nam: x", "c:4:5 uplinks[0].nam: is unknown → did you mean name?"],
    ["wight: 1", "c:4:5 uplinks[0].wight: is unknown → did you mean weight?"],
    ["weight: 0", "c:4:13 uplinks[0].weight: 0 is too small → give a whole number from 1 to 256"],
    ["weight: 1.5", "c:4:13 uplinks[0].weight: 1.5 doesn't fit → give a whole number from 1 to 256"],
    ["tier: 32", "c:4:11 uplinks[0].tier: 32 is too large → give a whole number from 1 to 31"],
    ["metered: yes", 'c:4:14 uplinks[0].metered: "yes" doesn\'t fit → give true or false'],
    ["nat:", "c:4:5 uplinks[0].nat: is empty → give true or false"],
    ["targets: []", "c:4:14 uplinks[0].targets: has too few entries → list 1 to 16"],
    ["targets: 1.1.1.1", 'c:4:14 uplinks[0].targets: "1.1.1.1" doesn\'t fit → write it as a list: ["1.1.1.1"]'],
    [
      "targets: [1.1.1.1, 8.8.8.8]",
      "c:4:14 uplinks[0].targets: has no IPv6 address → add one, such as 2606:4700:4700::1111, or say `ipv6: { method: none }`",
    ],
    [
      "ipv4: { gateway: fe80::1 }",
      "c:4:22 uplinks[0].ipv4.gateway: fe80::1 is an IPv6 address → give one IPv4 address, such as 203.0.113.1",
    ],
    [
      "ipv6: { gateway: ff02::1 }",
      "c:4:22 uplinks[0].ipv6.gateway: ff02::1 can't be a gateway → give one IPv6 address, such as fe80::1",
    ],
    ["ipv4: { method: extern }", 'c:4:21 uplinks[0].ipv4.method: "extern" doesn\'t fit → did you mean external?'],
    ["ipv4: none", 'c:4:11 uplinks[0].ipv4: "none" doesn\'t fit → give a group of options: method, address, gateway'],
    ["detection: fsat", 'c:4:16 uplinks[0].detection: "fsat" doesn\'t fit → did you mean fast?'],
    [
      "detection: { preset: quick }",
      'c:4:26 uplinks[0].detection.preset: "quick" doesn\'t fit → give fast, balanced, calm or metered, or classic',
    ],
    [
      "detection: { failoverSpan: 3s }",
      "c:4:16 uplinks[0].detection.preset: is missing → give fast, balanced, calm or metered, or classic",
    ],
    [
      "detection: { preset: fast, failoverspan: 3s }",
      "c:4:32 uplinks[0].detection.failoverspan: is unknown → did you mean failoverSpan?",
    ],
    [
      "detection: { preset: classic, failoverSpan: 3s }",
      "c:4:35 uplinks[0].detection.failoverSpan: is unknown → known here: preset, interval, failingInterval, maxLatency, threshold",
    ],
    [
      "detection: { preset: fast, holdDown: 30 }",
      "c:4:42 uplinks[0].detection.holdDown: 30 has no unit → give a duration from 1s to 1d, such as 10s",
    ],
    [
      "detection: { preset: classic, threshold: 0 }",
      "c:4:46 uplinks[0].detection.threshold: 0 is too small → give a whole number from 1 to 100",
    ],
    [
      'ipv6: { translate: { npt: "fd00:a::/56" } }',
      'c:4:31 uplinks[0].ipv6.translate.npt: fd00:a::/56 is a local prefix, and npt names the one outside → say `{ npt: auto, inside: "fd00:a::/56" }`',
    ],
    [
      'ipv6: { translate: { npt: "2001:db8:a:100::/56", inside: "fd00:a::/48" } }',
      "c:4:62 uplinks[0].ipv6.translate.inside: fd00:a::/48 is wider than 2001:db8:a:100::/56, which is to stand for it → give a prefix of /56 or longer",
    ],
    [
      'ipv6: { translate: { npt: "2001:db8:a:100::/80" } }',
      "c:4:31 uplinks[0].ipv6.translate.npt: 2001:db8:a:100::/80 leaves hosts too few bits → give a prefix of /8 to /64, such as 2001:db8:a::/56",
    ],
    [
      "ipv6: { translate: { npt: 10.0.0.0/8 } }",
      "c:4:31 uplinks[0].ipv6.translate.npt: 10.0.0.0/8 is an IPv4 network → give a prefix of /8 to /64, such as 2001:db8:a::/56",
    ],
    [
      "ipv6: { translate: masqerade }",
      'c:4:24 uplinks[0].ipv6.translate: "masqerade" doesn\'t fit → did you mean masquerade?',
    ],
    [
      "shape: { upload: 10 mbit }",
      'c:4:22 uplinks[0].shape.upload: "10 mbit" isn\'t a rate → give one from 64kbit to 100gbit, such as 10mbit',
    ],
    [
      "shape: { upload: 10mbit, linkLayer: dsl }",
      'c:4:41 uplinks[0].shape.linkLayer: "dsl" doesn\'t fit → give ethernet, docsis, pppoe-ptm, bridged-ptm, pppoe-vcmux, pppoe-llcsnap, bridged-vcmux, bridged-llcsnap or conservative',
    ],
    [
      "routes: [lan]",
      'c:4:14 uplinks[0].routes[0]: "lan" isn\'t a network → give a network or an address, such as 192.168.5.0/24',
    ],
    [
      "routes: [0.0.0.0/0]",
      "c:4:14 uplinks[0].routes[0]: 0.0.0.0/0 is the default route, which the policy decides → give a network or an address, such as 192.168.5.0/24",
    ],
    [
      'routes: ["2000::/3"]',
      "c:4:14 uplinks[0].routes[0]: 2000::/3 would swallow the default route → give networks of /8 or longer",
    ],
    [
      "routes: [128.0.0.0/1]",
      "c:4:14 uplinks[0].routes[0]: 128.0.0.0/1 would swallow the default route → give networks of /8 or longer",
    ],
    [
      "routes: [192.168.5.1/24]",
      "c:4:14 uplinks[0].routes[0]: 192.168.5.1/24 isn't the first address of its network → did you mean 192.168.5.0/24?",
    ],
    [
      "routes: [169.254.1.0/24]",
      "c:4:14 uplinks[0].routes[0]: 169.254.1.0/24 isn't routed beyond a gateway → give a network or an address, such as 192.168.5.0/24",
    ],
    [
      "routes: [10.1.2.3/32, 10.0.0.0/8, 10.1.2.3]",
      "c:4:39 uplinks[0].routes[2]: 10.1.2.3 and 10.1.2.3/32, at uplinks[0].routes[0], have addresses in common → let each destination take one uplink",
    ],
  ])("%s", (option, complaint) => {
    expect(about(option)).toEqual([complaint]);
  });

  test("in the networks that are masqueraded everywhere", () => {
    expect(complaints(`${LEAST}nat: { foreign: [10.9.0.0/24, "fd00::/64", 0.0.0.0/1] }`)).toEqual([
      "c:4:31 nat.foreign[1]: fd00::/64 is an IPv6 network → say `ipv6: { translate: masquerade }` under the uplinks",
      "c:4:44 nat.foreign[2]: 0.0.0.0/1 is half of the internet → give an IPv4 network, such as 10.9.0.0/24",
    ]);
  });

  test("in a destination of two uplinks, and in one of a family that its uplink doesn't use", () => {
    const text = (routes: string) =>
      `uplinks:\n  - { name: a, interface: x, routes: [192.168.5.0/24] }\n  - { name: b, interface: y, ipv6: { method: none }, routes: [${routes}] }\n`;
    expect(complaints(text("192.168.5.128/25"))).toEqual([
      "c:3:63 uplinks[1].routes[0]: 192.168.5.128/25 and 192.168.5.0/24, at uplinks[0].routes[0], have addresses in common → let each destination take one uplink",
    ]);
    expect(complaints(text('"2001:db8::/32"'))).toEqual([
      "c:3:63 uplinks[1].routes[0]: 2001:db8::/32 is an IPv6 network, and the uplink doesn't use IPv6 → remove it",
    ]);
  });

  test("in targets that aren't addresses, that can't tell and that are there twice", () => {
    expect(about('targets: [1.1.1.1, one.one, "::1", 1.1.1.1]')).toEqual([
      'c:4:24 uplinks[0].targets[1]: "one.one" isn\'t an IPv4 or IPv6 address → give the address of a host on the internet that answers pings, such as 9.9.9.9, or tcp://HOST:PORT, dns://ADDRESS/NAME, http://HOST/PATH, https://HOST/PATH',
      "c:4:33 uplinks[0].targets[2]: ::1 says nothing about the internet → give the address of a host on the internet that answers pings, such as 9.9.9.9",
      'c:4:40 uplinks[0].targets[3]: "1.1.1.1" is there already, at uplinks[0].targets[0] → give another, or remove one',
    ]);
    expect(about("targets: [2001:db8::1, 2001:DB8::2, 9.9.9.9, 8.8.8.8, 2001:db8:0::1]")).toHaveLength(1);
  });

  test("in an uplink without any family", () => {
    expect(about("ipv4: { method: none }", "ipv6: { method: none }")).toEqual([
      "c:2:5 uplinks[0]: uses neither IPv4 nor IPv6 → leave one of them `method: external`, or remove the uplink",
    ]);
  });

  test("in numbers of the detection that don't go together", () => {
    expect(about("detection: { preset: balanced, confirmSpacing: 2s, carryingInterval: 3s }")).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^c:4:52 uplinks\[0]\.detection\.confirmSpacing: can't work → confirm/),
      ]),
    );
    expect(about("detection: { preset: balanced, holdDownMax: 5s }")).toEqual([
      expect.stringMatching(/^c:4:16 uplinks\[0]\.detection: can't work → holdDown .*holdDownMax/),
    ]);
  });

  test("in names and interfaces that are there twice", () => {
    expect(complaints("uplinks:\n  - { name: a, interface: x }\n  - { name: a, interface: x }\n")).toEqual([
      'c:3:13 uplinks[1].name: "a" is there already, at uplinks[0].name → give another, or remove one',
      'c:3:27 uplinks[1].interface: "x" is there already, at uplinks[0].interface → give another, or remove one',
    ]);
  });

  test.each(["9lives", "auto", "Fiber", "a_b", "abcdefghijklmnop", "", "glas-für"])("%j is no name", (name) => {
    expect(complaints(`uplinks: [{ name: "${name}", interface: eth0 }]`)).toHaveLength(1);
  });

  test.each(["sixteen-letters-", "a/b", "a:b", "a b", ".", "..", "", "ünïcödéüüüüü", "wg*", 'a"b', "a\\b", "a\u0000b"])(
    "%j is no interface",
    (name) => {
      expect(complaints(`uplinks: [{ name: fiber, interface: ${JSON.stringify(name)} }]`)).toHaveLength(1);
    },
  );

  test("in what is missing, at the group that lacks it", () => {
    expect(complaints("log: { level: info }")).toEqual(["c:1:1 uplinks: is missing → give a list"]);
    expect(complaints("uplinks:\n  - name: fiber\n")).toEqual([
      "c:2:5 uplinks[0]: has neither an interface nor a gateway → name an interface, such as `interface: eth0`, or give `ipv4: { gateway: 192.168.1.254 }`",
    ]);
    expect(complaints("uplinks: []")).toEqual(["c:1:10 uplinks: has too few entries → list 1 to 31"]);
    expect(complaints("- a\n- b")).toEqual([
      "c:1:1 a list doesn't fit → give a group of options: uplinks, failover, scripts, asterisk, status, web, …",
    ]);
  });

  test("in durations without a unit, with a space, out of range", () => {
    expect(complaints(`${LEAST}failover:\n  drain: 30\n  holdAfterFailover: 10 m\n  holdAfterFailback: 8d`)).toEqual([
      "c:5:10 failover.drain: 30 has no unit → give never, or a duration from 0s to 7d, such as 10s",
      'c:6:22 failover.holdAfterFailover: "10 m" isn\'t a duration → did you mean 10m?',
      "c:7:22 failover.holdAfterFailback: is out of range → give a duration from 0s to 7d",
    ]);
  });

  test("in the file that an alias takes it from", () => {
    expect(
      complaints(
        "uplinks:\n  - { name: a, interface: x, ipv4: &g { gatewy: 1 } }\n  - { name: b, interface: y, ipv4: *g }",
      ),
    ).toEqual([
      "c:2:41 uplinks[0].ipv4.gatewy: is unknown → did you mean gateway?",
      "c:2:41 uplinks[1].ipv4.gatewy: is unknown → did you mean gateway?",
    ]);
  });
});

test("thirty-two uplinks are one too many", () => {
  const uplinks = Array.from({ length: 32 }, (_, index) => `  - { name: u${index}, interface: eth${index} }\n`);
  expect(complaints(`uplinks:\n${uplinks.join("")}`)).toEqual(["c:2:3 uplinks: has too many entries → list 1 to 31"]);
  expect(complaints(`uplinks:\n${uplinks.slice(1).join("")}`)).toEqual([]);
});

test("ten different mistakes are ten issues, in the order of the file", () => {
  const found = complaints(`uplinks:
  - name: Fiber
    interface: "eth 0"
    weight: 999
    metered: maybe
    ipv4: { gateway: 192.0.2.300 }
    targets: [1.1.1.1, 1.1.1.1, "2001:db8::1", "2001:db8::2", 8.8.8.8]
    bandwidth: 10mbit
  - interface: "eth 0"
    detection: turbo
failover:
  holdAfterFailover: 10
`);
  expect(found.map((line) => line.replace(/:\s.*/, ""))).toEqual([
    "c:2:11 uplinks[0].name",
    "c:3:16 uplinks[0].interface",
    "c:4:13 uplinks[0].weight",
    "c:5:14 uplinks[0].metered",
    "c:6:22 uplinks[0].ipv4.gateway",
    "c:7:24 uplinks[0].targets[1]",
    "c:8:5 uplinks[0].bandwidth",
    "c:9:5 uplinks[1].name",
    "c:9:16 uplinks[1].interface",
    "c:9:16 uplinks[1].interface",
    "c:10:16 uplinks[1].detection",
    "c:12:22 failover.holdAfterFailover",
  ]);
});
