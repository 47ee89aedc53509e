import fc from "fast-check";
import { expect, test } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { hasPolicy, importMwan3 } from "../../src/import/mwan3.ts";

const MWAN3 = `
config globals 'globals'
	option mmx_mask '0x3F00'

config interface 'wan'
	option enabled '1'
	list track_ip '8.8.4.4'
	list track_ip '208.67.222.222'
	option family 'ipv4'
	option reliability '1'

config interface 'wan6'
	option enabled '1'
	list track_ip '2001:4860:4860::8844'
	list track_ip '2620:119:35::35'
	option family 'ipv6'

config interface wanb
	list track_ip "1.0.0.1"   # one

config member 'wan_m1_w3'
	option interface 'wan'
	option metric '1'
	option weight '3'

config member 'wan6_m1_w3'
	option interface 'wan6'
	option metric '1'
	option weight '3'

config member 'wanb_m2_w2'
	option interface 'wanb'
	option metric '2'
	option weight '2'

config policy 'wan_only'
	list use_member 'wan_m1_w3'

config policy 'wan_wanb'
	list use_member 'wanb_m2_w2'
	list use_member 'wan_m1_w3'
	list use_member 'wan6_m1_w3'

config rule 'https'
	option sticky '1'
	option dest_port '443'
	option use_policy 'wan_only'

config policy 'wanb_first'
	option last_resort 'default'
	list use_member 'wan_m1_w3'
	list use_member 'wanb_m2_w2'

config rule 'voice'
	option src_ip '192.168.20.0/24'
	option proto 'udp'
	option dest_port '5060:5061,10000:20000'
	option use_policy 'wanb_first'

config rule 'as_ever'
	option sticky '1'
	option dest_port '8443'
	option use_policy 'wan_wanb'

config rule 'from_port'
	option src_port '1234'
	option use_policy 'wan_only'

config rule 'by_set'
	option ipset 'streaming'
	option use_policy 'wan_only'

config rule 'default_rule_v4'
	option dest_ip '0.0.0.0/0'
	option use_policy 'wan_wanb'
`;

const NETWORK = `
config interface 'wan'
	option device 'eth1'
config interface 'wan6'
	option device 'eth1'
config interface 'wanb'
	option ifname 'eth2'
`;

const files = [
  { name: "mwan3", text: MWAN3 },
  { name: "network", text: NETWORK },
];

test("the members of the default rule's policy become uplinks, by their devices", () => {
  const { settings } = parseConfig(importMwan3(files), "config.yaml");
  expect(settings.uplinks.map((one) => [one.name, one.interface, one.tier, one.weight])).toEqual([
    ["wan", "eth1", 1, 3],
    ["wanb", "eth2", 2, 2],
  ]);
  const [wan, wanb] = settings.uplinks;
  expect(wan?.families.ipv4.targets).toMatchObject([{ address: "8.8.4.4" }, { address: "208.67.222.222" }]);
  expect(wan?.families.ipv6.targets).toMatchObject([
    { address: "2001:4860:4860::8844" },
    { address: "2620:119:35::35" },
  ]);
  expect(wanb?.families.ipv4.targets).toHaveLength(3);
});

test("without the file network the interface's own name stands in, and says so", () => {
  const yaml = importMwan3(files.slice(0, 1));
  expect(yaml).toMatch(/interface: wanb +# config interface 'wanb': give the device's name/);
  parseConfig(yaml, "config.yaml");
});

/** A network of which one interface is dialled, and another borrows its device. */
const DIALLED = `
config interface 'wan'
	option proto 'pppoe'
	option device 'eth1'
config interface 'wan6'
	option device '@wan'
	option proto 'dhcpv6'
config interface 'wanb'
	option proto 'qmi'
	option device '/dev/cdc-wdm0'
`;

test("the device is the one that packets take", () => {
  const yaml = importMwan3([
    { name: "mwan3", text: MWAN3 },
    { name: "network", text: DIALLED },
  ]);
  expect(yaml).toMatch(/interface: pppoe-wan +# config interface 'wan', config interface 'wan6'\n/);
  expect(yaml).toMatch(/interface: wanb +# config interface 'wanb': give the device's name/);
  const turning = DIALLED.replace("'eth1'", "'@wan6'").replace("'pppoe'", "'dhcp'");
  expect(
    importMwan3([
      { name: "mwan3", text: MWAN3 },
      { name: "network", text: turning },
    ]),
  ).toContain("interface: wan ");
});

test("what is disabled there is left out, and named", () => {
  const disabled = MWAN3.replace("config interface wanb\n", "config interface wanb\n\toption enabled '0'\n");
  const yaml = importMwan3([{ name: "mwan3", text: disabled }, ...files.slice(1)]);
  expect(parseConfig(yaml, "config.yaml").settings.uplinks.map(({ name }) => name)).toEqual(["wan"]);
  expect(yaml).toContain("#   interface wanb: option enabled is 0\n");
});

test("other rules steer what they are about, by their policies, which refuse unless they say otherwise", () => {
  const { settings } = parseConfig(importMwan3(files), "config.yaml");
  expect(settings.steering).toMatchObject([
    { name: "https", ports: [{ first: 443, last: 443 }], over: ["wan"], otherwise: "refuse" },
    {
      name: "voice",
      from: ["192.168.20.0/24"],
      transport: 17,
      ports: [
        { first: 5060, last: 5061 },
        { first: 10_000, last: 20_000 },
      ],
      over: ["wan", "wanb"],
      otherwise: "default",
    },
    { sourcePorts: [{ first: 1234, last: 1234 }], ports: [], over: ["wan"] },
  ]);
});

test("what has no equivalent is named", () => {
  const rest = importMwan3(files).split("# Not taken over:")[1] ?? "";
  for (const what of [
    "rule by_set (policy wan_only): let your firewall mark what is in its ipset, and steer by `mark`",
    "rule as_ever: it takes the same policy as everything else",
    "reliability",
    "flush_conntrack",
    "mwan3.user",
  ])
    expect(rest).toContain(what);
  expect(rest).not.toContain("default_rule_v4");
});

test("without a policy there is nothing to import", () => {
  expect(hasPolicy(files)).toBe(true);
  expect(hasPolicy([{ name: "x", text: "config policy 'p'\n list use_member 'gone'" }])).toBe(false);
});

test("whatever the file holds, the config stays one", () => {
  const piece = fc.constantFrom(
    "wan",
    "'",
    '"',
    "#",
    "\u2028",
    ": ",
    "- x",
    "8.8.8.8",
    "{",
    "eth0",
    " ",
    "-1",
    "99999",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 4 }), fc.array(piece, { maxLength: 4 }), (one, other) => {
      const text = MWAN3.replaceAll("wanb", one.join(""))
        .replaceAll("8.8.4.4", other.join(""))
        .replaceAll("192.168.20.0/24", one.join(""))
        .replaceAll("5060:5061", other.join(""))
        .replaceAll("'2'", other.join(""));
      if (hasPolicy([{ name: "m", text }])) parseConfig(importMwan3([{ name: "m", text }]), "config.yaml");
    }),
    { numRuns: 300 },
  );
});
