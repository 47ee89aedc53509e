import { describe, expect, test } from "vitest";
import { address, dualStack, findings, found, healthy, LAN, listing, settingsOf } from "../fake/machine-facts.ts";

const POSTROUTING = {
  chain: { family: "ip", table: "nat", name: "post", type: "nat", hook: "postrouting", prio: 100 },
};

const ruleIn = (chain: string, ...expr: readonly object[]) => ({
  rule: { family: "ip", table: "nat", chain, expr },
});

const masquerade = { masquerade: null };

const matching = (key: string, right: unknown, op = "==") => ({ match: { op, left: { meta: { key } }, right } });

const from = (right: unknown, op = "==") => ({
  match: { op, left: { payload: { protocol: "ip", field: "saddr" } }, right },
});

const prefix = (first: string, length: number) => ({ prefix: { addr: first, len: length } });

const withNft = (...objects: readonly object[]) => ({ nft: { ...healthy.nft, listing: listing(...objects) } });

describe("the translation of IPv4 sources", () => {
  test("no rule at all is a warning for each uplink", () => {
    expect(found(withNft())).toEqual(["warning no-nat", "warning no-nat"]);
    expect(findings(withNft())[0]?.remedy).toBe("`nat: true` under the uplink fiber");
  });

  test("nat: true needs no rule of others", () => {
    const settings = settingsOf("uplinks: [{ name: fiber, interface: eth0, nat: true, ipv6: { method: none } }]");
    expect(found({ settings, ...withNft() })).toEqual([]);
  });

  test.each([
    ["one interface", [matching("oifname", "eth0"), masquerade], ["lte"]],
    ["a set of interfaces", [matching("oifname", { set: ["eth0", "wwan*"] }), masquerade], []],
    ["all but one", [matching("oifname", "wwan0", "!="), masquerade], ["lte"]],
    ["a fixed address", [matching("oif", "wwan0"), { snat: { addr: "198.51.100.2" } }], ["fiber"]],
    ["the LAN's addresses", [from(prefix("192.168.0.0", 16)), masquerade], []],
    ["other addresses, as Docker does", [from(prefix("172.17.0.0", 16)), masquerade], ["fiber", "lte"]],
    ["all addresses but the LAN's", [from(prefix("192.168.1.0", 24), "!="), masquerade], ["fiber", "lte"]],
    ["a set with a name, whose content isn't known", [matching("oifname", "@wan"), masquerade], []],
    ["what comes from the LAN", [matching("iifname", "br0"), masquerade], []],
    ["what comes from elsewhere", [matching("iifname", "br1"), masquerade], ["fiber", "lte"]],
    ["a target of iptables", [{ xt: { type: "target", name: "MASQUERADE" } }], []],
    ["a target of iptables that old versions of nft don't name", [{ xt: null }], []],
    ["a comment of iptables", [{ xt: { type: "match", name: "comment" } }], ["fiber", "lte"]],
  ])("a rule for %s", (_what, expr, without) => {
    const titles = findings(withNft(POSTROUTING, ruleIn("post", ...expr))).map(({ title }) => title);
    expect(titles).toEqual(without.map((name) => expect.stringContaining(`leaves by ${name} `)));
  });

  test("rules behind jumps and verdict maps are found, and circles end", () => {
    const zone = { chain: { family: "ip", table: "nat", name: "zone" } };
    const jump = ruleIn("post", matching("oifname", "eth0"), { jump: { target: "zone" } });
    const circle = ruleIn("zone", { goto: { target: "zone" } });
    expect(found(withNft(POSTROUTING, zone, jump, circle))).toHaveLength(2);
    expect(found(withNft(POSTROUTING, zone, jump, circle, ruleIn("zone", masquerade)))).toEqual(["warning no-nat"]);
    const set = [
      ["eth0", { goto: { target: "zone" } }],
      ["wwan0", { jump: { target: "zone" } }],
    ];
    const map = ruleIn("post", { vmap: { key: { meta: { key: "oifname" } }, data: { set } } });
    expect(found(withNft(POSTROUTING, zone, map, ruleIn("zone", masquerade)))).toEqual([]);
  });

  test("masquerading elsewhere than after routing doesn't count, nor in our own table", () => {
    const elsewhere = { chain: { ...POSTROUTING.chain, hook: "prerouting" } };
    expect(found(withNft(elsewhere, ruleIn("post", masquerade)))).toHaveLength(2);
    const own = { family: "inet", table: "wan_failover" };
    const ours = [
      { chain: { ...own, name: "post", type: "nat", hook: "postrouting" } },
      { rule: { ...own, chain: "post", expr: [masquerade] } },
    ];
    expect(found(withNft(...ours))).toHaveLength(2);
  });

  test("rules of iptables count", () => {
    const text = [
      "*nat",
      ":POSTROUTING ACCEPT [0:0]",
      ":out - [0:0]",
      "-A POSTROUTING -o eth+ -j out",
      '-A POSTROUTING ! -s 10.0.0.0/8 -o wwan0 -m comment --comment "our \\"lte\\" -o x" -j SNAT --to-source 198.51.100.2',
      "-A out -j MASQUERADE",
      "COMMIT",
    ].join("\n");
    const iptables = { legacyTables: { ipv4: ["nat"], ipv6: [] }, listings: [{ family: "ipv4" as const, text }] };
    expect(found({ ...withNft(), iptables })).toEqual([]);
    const eth0Only = { ...iptables, listings: [{ family: "ipv4" as const, text: text.replace("wwan0", "wwan1") }] };
    expect(found({ ...withNft(), iptables: eth0Only })).toEqual(["warning no-nat"]);
  });

  test("old iptables whose rules can't be listed are noted instead", () => {
    const iptables = { legacyTables: { ipv4: ["filter", "nat"], ipv6: [] }, listings: [] };
    expect(found({ ...withNft(), iptables })).toEqual(["note legacy-iptables"]);
  });

  test("a LAN with public addresses needs none", () => {
    const addresses = [...healthy.addresses.filter((one) => one.link !== LAN), address(LAN, "203.0.113.129/25")];
    expect(found({ addresses, ...withNft() })).toEqual([]);
  });
});

describe("IPv6 sources", () => {
  const plain = settingsOf("uplinks:\n  - { name: fiber, interface: eth0 }\n  - { name: lte, interface: wwan0 }\n");

  test("unique local addresses alone need a translation", () => {
    expect(found({ settings: plain }, dualStack)).toEqual([
      "warning no-ipv6-translation",
      "warning no-ipv6-translation",
    ]);
  });

  test("somebody else's translation of prefixes counts", () => {
    const own = { family: "ip6", table: "npt" };
    const npt = [
      { chain: { ...own, name: "post", type: "nat", hook: "postrouting" } },
      {
        rule: {
          ...own,
          chain: "post",
          expr: [
            { match: { op: "==", left: { payload: { protocol: "ip6", field: "saddr" } }, right: prefix("fd00::", 8) } },
            { snat: { addr: prefix("2001:db8::", 64), flags: "netmap", type_flags: "prefix" } },
          ],
        },
      },
    ];
    const four = [POSTROUTING, ruleIn("post", masquerade)];
    expect(found({ settings: plain, ...withNft(...four, ...npt) }, dualStack)).toEqual([]);
  });

  test("a provider's addresses on the LAN are noted where two uplinks carry them as they are", () => {
    const addresses = [...dualStack.addresses, address(LAN, "2001:db8:1:1::1/64")];
    expect(found({ addresses, settings: plain }, dualStack)).toEqual(["note ipv6-provider-addresses"]);
    expect(found({ addresses }, dualStack)).toEqual([]);
  });
});

describe("marks", () => {
  const mark = { meta: { key: "mark" } };
  const connection = { ct: { key: "mark" } };
  const inMangle = (...expr: readonly object[]) => [
    POSTROUTING,
    ruleIn("post", masquerade),
    { chain: { family: "inet", table: "mangle", name: "pre", type: "filter", hook: "prerouting" } },
    { rule: { family: "inet", table: "mangle", chain: "pre", expr } },
  ];
  const set = (key: object, value: unknown) => ({ mangle: { key, value } });
  const compare = (left: object, right: unknown) => ({ match: { op: "==", left, right } });

  test.each([
    ["a whole mark that is set", set(mark, 1)],
    ["a bit of ours that is set", set(mark, { "|": [mark, 0x20000000] })],
    ["a mark of which only few bits are kept", set(mark, { "|": [{ "&": [mark, 0xff] }, 1] })],
    ["the connection mark, overwritten by the packet's", set(connection, mark)],
    ["a mark from a map", set(mark, { map: { key: "x", data: {} } })],
    ["a comparison with the whole mark", compare(mark, 1)],
    ["a comparison with bits of ours", compare({ "&": [connection, 0xff000000] }, 0x01000000)],
    ["a verdict by mark", { vmap: { key: mark, data: { set: [] } } }],
  ])("%s is in our way", (_what, statement) => {
    expect(found(withNft(...inMangle(statement)))).toEqual(["warning mark-in-use"]);
  });

  test.each([
    ["other bits that are set", set(mark, { "|": [{ "&": [mark, 0xffffff00] }, 1] })],
    ["the packet's mark, restored from the connection's", set(mark, connection)],
    ["other bits that are toggled", set(mark, { "^": [mark, 0x10] })],
    ["a comparison of other bits", compare({ "&": [mark, 0xff] }, 1)],
    ["another field", compare({ meta: { key: "l4proto" } }, "tcp")],
  ])("%s is not", (_what, statement) => {
    expect(found(withNft(...inMangle(statement)))).toEqual([]);
  });

  test("one finding per table, which says what happens there", () => {
    const [finding, ...more] = findings(withNft(...inMangle(set(mark, 1), compare(connection, 1))));
    expect(more).toEqual([]);
    expect(finding?.title).toContain("table inet mangle sets the packet mark and compares the connection mark");
  });

  test.each([
    ["-j MARK --set-xmark 0x1/0xffffffff", 1],
    ["-j MARK --set-xmark 0x80000/0xff0000", 0],
    ["-m mark --mark 0x1 -j ACCEPT", 1],
    ["-m connmark --mark 0x1/0xff -j ACCEPT", 0],
    ["-j CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff", 1],
    ["-j CONNMARK --save-mark --nfmask 0xff --ctmask 0xff", 0],
    ["-j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff", 0],
  ])("iptables: %s", (rule, count) => {
    const text = `*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING ${rule}\nCOMMIT\n`;
    const iptables = { legacyTables: { ipv4: ["mangle"], ipv6: [] }, listings: [{ family: "ipv4" as const, text }] };
    expect(found({ iptables })).toEqual(new Array(count).fill("warning mark-in-use"));
  });
});

test("a strict source check of the firewall, unless it heeds marks", () => {
  const check = (flags: readonly string[]) =>
    ruleIn("post", { match: { op: "==", left: { fib: { result: "oif", flags } }, right: false } }, { drop: null });
  const nat = ruleIn("post", masquerade);
  expect(found(withNft(POSTROUTING, nat, check(["saddr", "iif"])))).toEqual(["warning strict-source-check"]);
  expect(found(withNft(POSTROUTING, nat, check(["saddr", "mark", "iif"])))).toEqual([]);
});

test("a flow table on an uplink is noted, one on other interfaces isn't", () => {
  const table = (dev: unknown) => ({ flowtable: { family: "inet", table: "fw", name: "ft", hook: "ingress", dev } });
  const nat = [POSTROUTING, ruleIn("post", masquerade)];
  expect(found(withNft(...nat, table(["eth0", "br0"])))).toEqual(["note flow-table"]);
  expect(found(withNft(...nat, table("br0")))).toEqual([]);
});
