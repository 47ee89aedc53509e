import { readdirSync, readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Firewall, openFirewall } from "../../src/adapter/kernel/nft.ts";
import { enterNamespace, type Namespace } from "../fake/namespace.ts";

const RULESET = `table inet wan_failover
delete table inet wan_failover
table inet wan_failover {
  chain first {
    type filter hook prerouting priority mangle; policy accept;
    iifname "wan0" counter packets 5 bytes 7 meta mark set 0x1000000;
  }
}
`;

let space: Namespace;

const residentPages = (): number => Number(readFileSync("/proc/self/statm", "utf8").split(" ")[1]);

beforeEach(() => {
  space = enterNamespace();
});

afterEach(() => {
  vi.unstubAllEnvs();
  space.dispose();
});

describe.each([
  ["the library", {}],
  ["the command", { library: "libnowhere.so.9" }],
])("through %s", (_way, paths) => {
  let firewall: Firewall;

  beforeEach(() => {
    firewall = openFirewall(paths);
  });

  test("a table is loaded, listed without its counters, and deleted", () => {
    expect(firewall.listTable()).toBeNull();
    firewall.loadRuleset(RULESET);
    expect(firewall.listTable()).toMatch(
      /^table inet wan_failover \{\n.*iifname "wan0" counter meta mark set 0x01000000\n/s,
    );
    firewall.deleteTable();
    expect(firewall.listTable()).toBeNull();
  });

  test("loading it again changes nothing", () => {
    firewall.loadRuleset(RULESET);
    const first = firewall.listTable();
    firewall.loadRuleset(RULESET);
    expect(firewall.listTable()).toBe(first);
  });

  test("deleting what isn't there is no error", () => {
    expect(() => firewall.deleteTable()).not.toThrow();
  });

  test("a mistake is told in nft's own words and leaves the table as it was", () => {
    firewall.loadRuleset(RULESET);
    const before = firewall.listTable();
    const load = () => firewall.loadRuleset(`${RULESET}\ntable inet wan_failover { chain x { jump nowhere; }; }`);
    expect(load).toThrow(expect.objectContaining({ code: "nft-failed", detail: expect.stringContaining("Error: ") }));
    expect(firewall.listTable()).toBe(before);
  });

  test("other tables are left alone, and what others change is seen", () => {
    space.run("nft", "add table inet wan_failover_too; add table ip wan_failover");
    expect(firewall.listTable()).toBeNull();
    firewall.loadRuleset(RULESET);
    space.run("nft", "add chain inet wan_failover theirs");
    expect(firewall.listTable()).toContain("chain theirs");
    firewall.deleteTable();
    expect(space.run("nft", "list tables")).toBe("table inet wan_failover_too\ntable ip wan_failover\n");
  });
});

test("neither library nor command is a clear error", () => {
  const firewall = openFirewall({ library: "libnowhere.so.9", command: "/nowhere/nft" });
  expect(() => firewall.listTable()).toThrow(expect.objectContaining({ code: "nft-missing" }));
});

test("thousands of calls leak neither memory nor descriptors", () => {
  const firewall = openFirewall();
  const repeat = (times: number): void => {
    for (let count = 0; count < times; count++) {
      firewall.loadRuleset(RULESET);
      firewall.listTable();
    }
  };
  repeat(500);
  const before = { pages: residentPages(), descriptors: readdirSync("/proc/self/fd").length };
  repeat(2500);
  expect(residentPages() - before.pages).toBeLessThan(5000);
  expect(readdirSync("/proc/self/fd").length).toBe(before.descriptors);
});

test("without a folder for its command file it is refused in words, as all else is", () => {
  vi.stubEnv("TMPDIR", "/nowhere");
  const firewall = openFirewall({ library: "libnowhere.so.9" });
  expect(() => firewall.listTable()).toThrow(
    expect.objectContaining({ code: "nft-failed", detail: expect.stringContaining("/nowhere") }),
  );
});
