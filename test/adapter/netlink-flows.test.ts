import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type CounterReading, type Flows, openFlows } from "../../src/adapter/kernel/flows.ts";
import { NETLINK_NETFILTER, type Netlink, openNetlink } from "../../src/adapter/kernel/netlink.ts";
import { enterNamespace, type Namespace } from "../fake/namespace.ts";

let space: Namespace;
let netlink: Netlink;
let flows: Flows;
let folder: string;

const NUMBER_MASK = 0x1f000000;
const OUR_MASK = 0x3f000000;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "wan-failover-flows-"));
  space = enterNamespace();
  netlink = openNetlink({ protocol: NETLINK_NETFILTER });
  flows = openFlows({ netlink, table: "wan_failover" });
});

afterAll(() => {
  netlink?.close();
  space?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => {
  space.run("conntrack", "-F");
});

const insertion = (flow: { mark: number; port: number; zone?: number; address?: string }): string => {
  const { mark, port, zone = 0, address = "192.168.1.2" } = flow;
  const fixed = `-I -p udp -s ${address} -d 192.0.2.1 --dport 53 -t 600`;
  return `${fixed} --sport ${port} -m 0x${mark.toString(16)}${zone ? ` -w ${zone}` : ""}`;
};

const add = (...marks: readonly number[]): void => {
  for (const [index, mark] of marks.entries()) {
    space.run("conntrack", ...insertion({ mark, port: 4000 + index }).split(" "));
  }
};

/** The marks of all flows of a family, by what the conntrack command says. */
const marks = (family = "ipv4"): number[] =>
  [...space.run("conntrack", "-L", "-f", family).matchAll(/mark=(\d+)/g)]
    .map(([, mark]) => Number(mark))
    .sort((a, b) => a - b);

/** An echo to ourselves makes an IPv6 flow, which the conntrack command can't make; nft marks it. */
const addIPv6 = (mark: number): void => {
  const chain = "{ type filter hook output priority 0; }";
  space.run(
    "nft",
    `add table inet track; add chain inet track c ${chain}; add rule inet track c meta nfproto ipv6 ct mark set ${mark}`,
  );
  space.run("ping", "-6", "-c", "1", "-W", "1", "::1");
  space.run("nft", "delete table inet track");
};

describe("flushing", () => {
  test("takes the flows of one uplink and leaves the others", async () => {
    add(0x01000000, 0x21000005, 0x02000000, 0);
    await flows.flush({ mark: 0x01000000, mask: NUMBER_MASK, family: "ipv4" });
    expect(marks()).toEqual([0, 0x02000000]);
  });

  test("takes the flows of one family only", async () => {
    add(0x01000000);
    addIPv6(0x01000000);
    await flows.flush({ mark: 0x01000000, mask: NUMBER_MASK, family: "ipv4" });
    expect([marks("ipv4"), marks("ipv6")]).toEqual([[], [0x01000000]]);
    add(0x01000000);
    await flows.flush({ mark: 0x01000000, mask: NUMBER_MASK, family: "ipv6" });
    expect([marks("ipv4"), marks("ipv6")]).toEqual([[0x01000000], []]);
  });

  test("is content with nothing to flush", async () => {
    await flows.flush({ mark: 0x01000000, mask: NUMBER_MASK, family: "ipv6" });
  });

  test("of a big table leaves the event loop free", async () => {
    const file = join(folder, "flows");
    const lines = Array.from({ length: 12_000 }, (_, index) => {
      const mark = index % 2 === 0 ? 0x01000000 : 0x02000000;
      return insertion({ mark, port: 1024 + (index % 60_000), address: `10.1.${index >> 8}.${index & 255}` });
    });
    writeFileSync(file, `${lines.join("\n")}\n`);
    space.run("conntrack", "-R", file);
    let turned = false;
    setImmediate(() => {
      turned = true;
    });
    await flows.flush({ mark: 0x01000000, mask: NUMBER_MASK, family: "ipv4" });
    expect(turned).toBe(true);
    expect(new Set(marks())).toEqual(new Set([0x02000000]));
    expect(marks()).toHaveLength(6000);
  });
});

describe("clearing marks", () => {
  test("clears our bits and keeps everybody else's, in every zone and family", () => {
    add(0x01000005, 0xe2000040, 0x40000001);
    space.run("conntrack", ...insertion({ mark: 0x03000009, port: 5000, zone: 7 }).split(" "));
    addIPv6(0x21000007);
    flows.clearMarks({ mask: OUR_MASK });
    expect(marks()).toEqual([5, 9, 0x40000001, 0xc0000040]);
    expect(marks("ipv6")).toEqual([7]);
  });
});

/** What nft itself lists. */
const countersOfNft = (): CounterReading => {
  const listed = space.run("nft", "list", "counters", "table", "inet", "wan_failover");
  const found = [...listed.matchAll(/counter (\S+) \{\s+packets (\d+) bytes/g)];
  return { names: found.map(([, name = ""]) => name), packets: found.map(([, , packets]) => Number(packets)) };
};

/** With packets that tell them apart. */
const addCounters = (names: readonly string[]): void => {
  const counters = names.map((name, index) => `counter ${name} { packets ${index} bytes 0 ; }`);
  space.run("nft", `table inet wan_failover {\n${counters.join("\n")}\n}`);
};

describe("counters", () => {
  test("are none where the table doesn't exist", () => {
    expect(flows.readCounters()).toEqual({ names: [], packets: [] });
  });

  test("say the same as nft does", () => {
    const values = ["packets 5 bytes 6000000000", "packets 4294967297 bytes 9007199254740991", "packets 0 bytes 0"];
    const texts = values.map((value, index) => `counter uplink${index + 1}_ipv4_sent { ${value} ; }`);
    const file = join(folder, "counters.nft");
    writeFileSync(
      file,
      `table inet wan_failover {\n${texts.join("\n")}\nquota other { over 5 mbytes ; }\n}\ntable inet other { counter x { } ; }\n`,
    );
    space.run("nft", "-f", file);
    const first = flows.readCounters();
    expect(first.names).toHaveLength(3);
    expect(first).toEqual(countersOfNft());
    expect(flows.readCounters().names).toBe(first.names);
  });

  test("are found anew where the ruleset changed, though a listing of it is as long as before", () => {
    const before = flows.readCounters();
    space.run("nft", "add table inet wan_failover; delete table inet wan_failover");
    addCounters(["uplink9_ipv4_sent", "uplink8_ipv4_sent", "uplink7_ipv4_sent"]);
    const after = flows.readCounters();
    expect(after.names).toHaveLength(before.names.length);
    expect(after).toEqual(countersOfNft());
  });

  test("of 31 uplinks are read with all their numbers, again and again", () => {
    const names = Array.from({ length: 31 }, (_, index) =>
      ["ipv4_sent", "ipv4_received", "ipv6_sent", "ipv6_received"].map((kind) => `uplink${index + 1}_${kind}`),
    ).flat();
    addCounters(names);
    for (let reading = 0; reading < 3; reading += 1) expect(flows.readCounters()).toEqual(countersOfNft());
    expect(flows.readCounters().packets).toHaveLength(names.length);
  });
});
