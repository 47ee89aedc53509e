import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseYaml } from "../../src/config/document/yaml.ts";
import { parseConfig } from "../../src/config/load.ts";
import { ConfigError } from "../../src/config/mistake/issue.ts";
import type { Config } from "../../src/config/resolve.ts";
import { LINK_LAYERS } from "../../src/core/kernel/shaping.ts";
import { importAstlinux } from "../../src/import/astlinux.ts";

const imported = (text: string, name = "rc.conf"): string => importAstlinux([{ name, text }]);

/** As `check` would read it. */
const read = (yaml: string): Config => {
  try {
    return parseConfig(yaml, "config.yaml");
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new Error(
      `${error.issues.map(({ path, line, message }) => `${line} ${path} ${message}`).join("\n")}\n${yaml}`,
    );
  }
};

/** Everything that the web form of AstLinux's WAN failover can set, and what it takes from the network tab. */
const FULL = `
## gui.failover.conf
WAN_FAILOVER_ENABLE="yes"
WAN_FAILOVER_TARGETS="8.8.4.4 4.2.2.3"
WAN_FAILOVER_TEST_INTERVAL="10"
WAN_FAILOVER_MAX_LATENCY="500"
WAN_FAILOVER_THRESHOLD="5"
WAN_FAILOVER_PRIMARY_DELAY="120"
WAN_FAILOVER_SECONDARY_DELAY="600"
WAN_FAILOVER_VERBOSITY="9"
WAN_FAILOVER_NOTIFY="ops@example.net it@example.net"
WAN_FAILOVER_NOTIFY_FROM="wan@example.net"
WAN_FAILOVER_SECONDARY_GW=""
WAN_FAILOVER_SECONDARY_GWIPV6=""
EXTIF="eth0"
EXTIP="203.0.113.2"
EXTNM="255.255.255.252"
EXTGW="203.0.113.1"
PPPOEIF=""
EXT2IF="eth2"
EXT2IP="192.168.5.5"
EXT2NM="255.255.255.0"
EXT2GW="192.168.5.1"
EXT2IPV6="2001:db8:5::5"
EXT2GWIPV6="2001:db8:5::1"
EXT2DHCPV6_CLIENT_ENABLE="no"
EXT2ROUTES="192.0.2.64/26 198.51.100.7"
EXT2ROUTESIPV6="2001:db8:77::/48"
EXT2SHAPE="yes"
EXT2SHAPE_UP="8000"
EXT2SHAPE_TUNE_CAKE="docsis ack-filter"
NAT_FOREIGN_NETWORK="10.9.0.0/24"
SMTP_DOMAIN="example.net"
SMTP_SERVER="mail.example.net"
SMTP_PORT="587"
`;

/** The table of docs/astlinux.md. */
const VARIABLES = [...FULL.matchAll(/^([A-Z]\w+)=/gm)].map(([, name = ""]) => name);

describe("importing AstLinux's variables", () => {
  test.each([
    ["as they are", FULL],
    ["with PPPoE and a secondary gateway", FULL.replaceAll('=""', '="10.0.0.1"')],
    ["without a failover interface", FULL.replace('EXT2IF="eth2"', "")],
    ["without a receiver of mail", FULL.replace(/NOTIFY=.*/, "")],
    ["with DHCP and without shaping", FULL.replace(/EXT2IP=.*/, "").replace('SHAPE="yes"', 'SHAPE="no"')],
  ])("each that is set is named, in an option's comment or among what is not taken over: %s", (_, text) => {
    const yaml = imported(text);
    const set = VARIABLES.filter((name) => new RegExp(`^${name}="[^"]`, "m").test(text));
    expect(set.filter((name) => !new RegExp(`# .*\\b${name}="`).test(yaml))).toEqual([]);
  });

  test("the numbers of the test, the delays and the log are taken over", () => {
    const yaml = imported(
      FULL.split("\n")
        .filter((line) => /^(WAN_FAILOVER_(T|M|P|SECONDARY_DELAY|V|THR))/.test(line))
        .join("\n"),
    );
    const { settings, log } = read(yaml);
    expect(settings.uplinks[0]?.detection).toMatchObject({
      kind: "classic",
      intervalMs: 10_000,
      maxLatencyMs: 500,
      threshold: 5,
    });
    expect(settings.failover).toMatchObject({ holdAfterFailoverMs: 600_000, holdAfterFailbackMs: 120_000 });
    expect(settings.scripts).toMatchObject({
      change: "/mnt/kd/wan-failover.script",
      allowFailback: "/mnt/kd/wan-failover-exit.script",
    });
    expect(log.level).toBe("debug");
  });

  test.each([
    ["a static failover interface", FULL],
    ["a secondary gateway", FULL.replace('SECONDARY_GW=""', 'SECONDARY_GW="192.168.5.1"').replace('EXT2IF="eth2"', "")],
    ["PPPoE", FULL.replace('PPPOEIF=""', 'PPPOEIF="eth0"')],
  ])("the config that is printed is valid: %s", (_, text) => {
    const { settings } = read(imported(text));
    expect(settings.uplinks.map(({ name }) => name)).toEqual(["primary", "secondary"]);
    expect(settings.uplinks[1]?.families.ipv4.gateway).toBe("192.168.5.1");
  });

  /** As AstLinux's network tab calls them; `EXT2IP` empty means DHCP. */
  const dhcp = FULL.replace(/EXT2IP=.*/, 'EXT2IP=""');
  const dhcpv6 = (text: string): string => text.replace('DHCPV6_CLIENT_ENABLE="no"', 'DHCPV6_CLIENT_ENABLE="yes"');

  test.each([
    ["DHCP", dhcp.replace(/EXT2IPV6=.*/, ""), ["dhcp", "none"]],
    ["DHCP and DHCPv6", dhcpv6(dhcp), ["dhcp", "dhcp"]],
    ["Static IP", FULL, ["static", "static"]],
    ["Static IP and DHCPv6", dhcpv6(FULL), ["static", "dhcp"]],
  ])("the connection type %s is taken over, and shaping with it", (_, text, methods) => {
    const [, secondary] = read(imported(text)).settings.uplinks;
    expect([secondary?.families.ipv4.method, secondary?.families.ipv6.method]).toEqual(methods);
    expect(secondary?.shape).toEqual({ upload: 8000, linkLayer: "docsis", ackFilter: true });
  });

  test.each(LINK_LAYERS)("the link layer %s is taken over", (linkLayer) => {
    const text = FULL.replace("docsis ack-filter", linkLayer);
    expect(read(imported(text)).settings.uplinks[1]?.shape).toEqual({ upload: 8000, linkLayer, ackFilter: false });
  });

  test("what isn't set has the default of AstLinux's own script", () => {
    const yaml = imported('EXTIF="ppp0"');
    const { settings } = read(yaml);
    expect(settings.uplinks.map(({ name, interface: link }) => `${name} ${link}`)).toEqual(["primary ppp0"]);
    expect(settings.uplinks[0]?.detection).toMatchObject({ intervalMs: 20_000, maxLatencyMs: 1000, threshold: 3 });
    expect(settings.failover).toMatchObject({ holdAfterFailoverMs: 900_000, holdAfterFailbackMs: 60_000 });
  });

  test("later files count", () => {
    const yaml = importAstlinux([
      { name: "rc.conf", text: 'EXTIF="eth0"\nLINK=eth7' },
      { name: "rc.conf.d/user.conf", text: 'PPPOEIF=""\nEXTIF="$LINK"' },
    ]);
    expect(yaml).toContain('interface: eth7                          # EXTIF="eth7"');
  });

  test.each<[string, string, string]>([
    ["PPPoE", 'PPPOEIF="eth0"\nEXTIF="ppp0"', "interface: ppp0"],
    ["DHCP", 'EXTIF="eth0"', "ipv4:                                    # EXTIP isn't set: DHCP\n      method: dhcp"],
    [
      "a static address",
      'EXTIF="eth0"\nEXTIP="203.0.113.2"\nEXTNM="255.255.255.252"\nEXTGW="203.0.113.1"',
      'method: static\n      address: 203.0.113.2/30                # EXTIP="203.0.113.2" EXTNM="255.255.255.252"\n      gateway: 203.0.113.1',
    ],
    [
      "DHCP and DHCPv6",
      'EXT2IF="eth2"\nEXT2DHCPV6_CLIENT_ENABLE="yes"',
      'ipv6:\n      method: dhcp                           # EXT2DHCPV6_CLIENT_ENABLE="yes"',
    ],
    [
      "a static IPv6 address without a length",
      'EXT2IF="eth2"\nEXT2IPV6="2001:DB8::5"\nEXT2GWIPV6="fe80::1"',
      'address: "2001:db8::5/64"              # EXT2IPV6="2001:DB8::5"\n      gateway: "fe80::1"',
    ],
  ])("%s is a link's method", (_, text, expected) => {
    expect(imported(text)).toContain(expected);
  });

  test("a secondary gateway is an uplink without an interface, and the failover interface its transport", () => {
    const yaml = imported('EXTIF="eth0"\nWAN_FAILOVER_SECONDARY_GW="10.4.1.100"\nEXT2IF="eth2"\nEXT2ROUTES="1.2.3.4"');
    expect(yaml).toMatch(/- name: secondary\n {4}ipv4:\n {6}gateway: 10\.4\.1\.100 +# WAN_FAILOVER_SECONDARY_GW=/);
    expect(yaml).toMatch(/- name: transport .*\n {4}interface: eth2 [\s\S]*routes: \[1\.2\.3\.4\]/);
  });

  test("a password is never printed", () => {
    const text = 'WAN_FAILOVER_NOTIFY="a@example.net"\nSMTP_SERVER=m.example.net\nSMTP_USER=me\nSMTP_PASS="hunter2"';
    expect(imported(text)).not.toContain("hunter2");
    expect(imported(text.replace("hunter2", "hunter2$(x)"))).not.toContain("hunter2");
    expect(imported('SMTP_PASS="hunter2"')).not.toContain("hunter2");
  });

  test.each<[string, string]>([
    ['WAN_FAILOVER_TARGETS="8.8.8.8 dns.google 300.1.1.1 127.0.0.1"', "dns.google 300.1.1.1 127.0.0.1"],
    ['WAN_FAILOVER_THRESHOLD="many"', 'WAN_FAILOVER_THRESHOLD="many": isn\'t a whole number from 1 to 100'],
    ['EXTIF="e th"', 'EXTIF="e th": can\'t be an interface'],
    ['EXT2IF="eth2"\nEXT2ROUTES="0.0.0.0/0 10.0.0.1/8"', "no destinations for one uplink: 0.0.0.0/0 10.0.0.1/8"],
    [
      'WAN_FAILOVER_TARGETS="$(cat /etc/passwd)"',
      "WAN_FAILOVER_TARGETS (rc.conf:1): not taken: it would have to be run: $(cat /etc/passwd)",
    ],
    ["EXTIF=eth0\nif true; then EXTIF=eth1; fi", "commands are never run: if (line 2)"],
  ])("%s is named with what is wrong", (text, expected) => {
    const yaml = imported(text);
    expect(yaml.split("# Not taken over:")[1]).toContain(expected);
  });

  test("nothing that a file holds can break out of its place", () => {
    const hostile = fc.array(
      fc.constantFrom(
        "\n",
        ": ",
        "#",
        "'",
        "]",
        "- ",
        "{",
        "}",
        "eth0",
        "8.8.8.8",
        "!!",
        "\u2028",
        "&a ",
        " @ ",
        "a@b.c",
      ),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(
        fc.subarray(VARIABLES, { minLength: 1 }),
        fc.array(hostile, { minLength: 40, maxLength: 40 }),
        (names, values) => {
          const text = names.map((name, place) => `${name}="${values[place]?.join("") ?? ""}"`).join("\n");
          const { input } = parseYaml(imported(text), "config.yaml");
          expect(Object.keys(input as object)).toEqual(
            expect.arrayContaining(["uplinks", "failover", "scripts", "log"]),
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});
