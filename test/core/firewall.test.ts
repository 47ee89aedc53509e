import { expect, test } from "vitest";
import { counterName, type FirewallUplink, firewallRuleset } from "../../src/core/kernel/firewall.ts";

const GOLDEN = `\
table inet wan_failover
delete table inet wan_failover
table inet wan_failover {
  counter uplink1_ipv4_sent { }
  counter uplink1_ipv4_received { }
  counter uplink1_ipv6_sent { }
  counter uplink1_ipv6_received { }
  counter uplink2_ipv4_sent { }
  counter uplink2_ipv4_received { }
  counter uplink2_ipv6_sent { }
  counter uplink2_ipv6_received { }
  chain prerouting {
    type filter hook prerouting priority mangle; policy accept;
    iifname "eth0" ct state new ct mark set ct mark and 0xc0ffffff or 0x21000000
    iifname "wwan0" ct state new ct mark set ct mark and 0xc0ffffff or 0x22000000
    iifname "eth0" meta nfproto ipv4 ct direction reply ct mark and 0x20000000 == 0 counter name "uplink1_ipv4_received"
    iifname "eth0" meta nfproto ipv6 ct direction reply ct mark and 0x20000000 == 0 counter name "uplink1_ipv6_received"
    iifname "wwan0" meta nfproto ipv4 ct direction reply ct mark and 0x20000000 == 0 counter name "uplink2_ipv4_received"
    iifname "wwan0" meta nfproto ipv6 ct direction reply ct mark and 0x20000000 == 0 counter name "uplink2_ipv6_received"
    ct mark and 0x1f000000 == 0x01000000 meta mark set meta mark and 0xc0ffffff or 0x01000000
    ct mark and 0x1f000000 == 0x02000000 meta mark set meta mark and 0xc0ffffff or 0x02000000
  }
  chain output {
    type route hook output priority mangle; policy accept;
    ct state new meta mark and 0x20000000 != 0 ct mark set meta mark
    meta mark and 0xc0ffffff == 0 ct mark and 0x1f000000 == 0x01000000 meta mark set meta mark and 0xc0ffffff or 0x01000000
    meta mark and 0xc0ffffff == 0 ct mark and 0x1f000000 == 0x02000000 meta mark set meta mark and 0xc0ffffff or 0x02000000
  }
  chain postrouting {
    type filter hook postrouting priority mangle; policy accept;
    oifname "eth0" ct mark and 0x1f000000 != { 0x01000000, 0x02000000 } ct mark set ct mark and 0xc0ffffff or 0x01000000
    oifname "wwan0" ct mark and 0x1f000000 != { 0x01000000, 0x02000000 } ct mark set ct mark and 0xc0ffffff or 0x02000000
    oifname "eth0" meta nfproto ipv4 ct direction original ct mark and 0x20000000 == 0 counter name "uplink1_ipv4_sent"
    oifname "eth0" meta nfproto ipv6 ct direction original ct mark and 0x20000000 == 0 counter name "uplink1_ipv6_sent"
    oifname "wwan0" meta nfproto ipv4 ct direction original ct mark and 0x20000000 == 0 counter name "uplink2_ipv4_sent"
    oifname "wwan0" meta nfproto ipv6 ct direction original ct mark and 0x20000000 == 0 counter name "uplink2_ipv6_sent"
  }
  chain masquerade_uplinks {
    type nat hook postrouting priority srcnat; policy accept;
    oifname "eth0" meta nfproto ipv4 masquerade
  }
}
`;

const uplink = (number: number, name: string, changes: Partial<FirewallUplink> = {}): FirewallUplink => ({
  number,
  interface: name,
  beside: null,
  masquerade: [],
  foreign: [],
  prefixes: [],
  aside: [],
  essential: null,
  ...changes,
});

test("the table marks, pins, counts and masquerades", () => {
  const ruleset = firewallRuleset([uplink(1, "eth0", { masquerade: ["ipv4"] }), uplink(2, "wwan0")]);
  expect(ruleset).toBe(GOLDEN);
});

test("without masquerade there is no chain for it", () => {
  expect(firewallRuleset([uplink(1, "eth0")])).not.toContain("masquerade");
});

test("the highest number fits the mark, and the other bits stay as they are", () => {
  const ruleset = firewallRuleset([uplink(31, "eth0")]);
  expect(ruleset).toContain("meta mark set meta mark and 0xc0ffffff or 0x1f000000");
  expect(ruleset).toContain("ct mark set ct mark and 0xc0ffffff or 0x3f000000");
});

test("counters are found again by their names", () => {
  const name = counterName({ number: 2, family: "ipv6", direction: "received" });
  expect(firewallRuleset([uplink(2, "eth0")])).toContain(`counter ${name} { }`);
});

test("what always takes an uplink is no sign of life", () => {
  const aside = ["192.168.5.0/24", "192.0.2.7/32", "2001:db8:5::/48"];
  const rules = firewallRuleset([uplink(1, "eth0", { aside })]).split("\n");
  const counting = rules.filter((rule) => rule.includes("counter name")).map((rule) => rule.trim());
  expect(counting).toEqual([
    expect.stringMatching(
      /^iifname .* ip saddr != { 192\.168\.5\.0\/24, 192\.0\.2\.7\/32 } counter name "uplink1_ipv4_received"$/,
    ),
    expect.stringMatching(/^iifname .* ip6 saddr != { 2001:db8:5::\/48 } counter name "uplink1_ipv6_received"$/),
    expect.stringMatching(
      /^oifname .* ip daddr != { 192\.168\.5\.0\/24, 192\.0\.2\.7\/32 } counter name "uplink1_ipv4_sent"$/,
    ),
    expect.stringMatching(/^oifname .* ip6 daddr != { 2001:db8:5::\/48 } counter name "uplink1_ipv6_sent"$/),
  ]);
});

const translations = (one: FirewallUplink): readonly string[] =>
  firewallRuleset([one])
    .split("\n")
    .map((rule) => rule.trim())
    .filter((rule) => / (masquerade|[sd]nat ip6 prefix to .*)$/.test(rule));

test("networks of others are masqueraded also where nothing else is", () => {
  const foreign = ["10.9.0.0/24", "10.8.7.0/24"];
  const rules = (changes: Partial<FirewallUplink>) => translations(uplink(1, "eth0", { foreign, ...changes }));
  expect(rules({})).toEqual(['oifname "eth0" ip saddr { 10.9.0.0/24, 10.8.7.0/24 } masquerade']);
  expect(rules({ masquerade: ["ipv4"] })).toEqual(['oifname "eth0" meta nfproto ipv4 masquerade']);
});

test("prefixes stand for each other both ways, but for the router's own addresses", () => {
  const prefixes = [{ inner: "fd00:1::/64", outer: "2001:db8:a::/64" }];
  expect(translations(uplink(1, "eth0", { prefixes }))).toEqual([
    'iifname "eth0" ip6 daddr 2001:db8:a::/64 fib daddr type != local dnat ip6 prefix to fd00:1::/64',
    'oifname "eth0" ip6 saddr fd00:1::/64 snat ip6 prefix to 2001:db8:a::/64',
  ]);
});

test("an uplink in a LAN is told by its next hop, and sends nobody past us", () => {
  const beside = { ipv4: "192.168.1.254", ipv6: null };
  const second = uplink(2, "lan0", { beside, masquerade: ["ipv4", "ipv6"] });
  const rules = firewallRuleset([uplink(1, "eth0"), second]).split("\n");
  const ofLan = rules.map((rule) => rule.trim()).filter((rule) => rule.includes("lan0"));
  expect(ofLan.filter((rule) => !rule.includes("counter"))).toEqual([
    'oifname "lan0" icmp type redirect drop',
    'oifname "lan0" icmpv6 type nd-redirect drop',
    'oifname "lan0" rt ip nexthop 192.168.1.254 ct mark and 0x1f000000 != { 0x01000000, 0x02000000 } ct mark set ct mark and 0xc0ffffff or 0x02000000',
    'oifname "lan0" rt ip nexthop 192.168.1.254 meta nfproto ipv4 masquerade',
  ]);
  expect(ofLan.find((rule) => rule.includes("uplink2_ipv4_received"))).toMatch(
    /^iifname "lan0" ct mark and 0x1f000000 == 0x02000000 meta nfproto ipv4 ct direction reply/,
  );
});

test("what isn't essential is refused on its way out, save answers, the router's own packets and the uplink's routes", () => {
  const essential = { ports: ["443", "5060-5061"], dscp: [46], from: ["192.168.1.10/32", "fd00::/64"] };
  const text = firewallRuleset([uplink(1, "eth0"), uplink(2, "wwan0", { essential, aside: ["192.168.8.1/32"] })]);
  expect(text.slice(text.indexOf("  chain essential_uplink2"))).toBe(`\
  chain essential_uplink2 {
    ct state related return
    meta l4proto { tcp, udp } th dport { 443, 5060-5061 } return
    ip dscp { 46 } return
    ip6 dscp { 46 } return
    ip saddr { 192.168.1.10/32 } return
    ip6 saddr { fd00::/64 } return
    ip daddr { 192.168.8.1/32 } return
    meta l4proto tcp reject with tcp reset
    reject with icmpx type admin-prohibited
  }
  chain spare_metered {
    type filter hook forward priority filter; policy accept;
    oifname "wwan0" ct direction original ct mark and 0x20000000 == 0 jump essential_uplink2
  }
}
`);
});
