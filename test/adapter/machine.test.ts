import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { type MachineRequest, readMachine } from "../../src/adapter/machine/machine.ts";
import { examine } from "../../src/core/doctor/doctor.ts";
import { examinedSysctls } from "../../src/core/doctor/sysctls.ts";
import { settingsOf } from "../fake/machine-facts.ts";
import { enterNamespace, type Namespace } from "../fake/namespace.ts";
import { until } from "./until.ts";

const folder = mkdtempSync(join(tmpdir(), "wan-failover-machine-"));
afterAll(() => rmSync(folder, { recursive: true }));

const settings = settingsOf(
  "uplinks:\n  - { name: fiber, interface: wan0, ipv6: { method: none } }\n  - { name: lte, interface: wwan0, ipv6: { method: none } }\n",
);

let space: Namespace;

const sysctl = (name: string, value: string): void => writeFileSync(`/proc/sys/net/${name}`, value);

const addPair = (name: string, address: string): void => {
  space.ip("link", "add", name, "type", "veth", "peer", "name", `far-${name}`);
  space.ip("link", "set", name, "up");
  space.ip("link", "set", `far-${name}`, "up");
  space.ip("address", "add", address, "dev", name);
};

const useNat = (): string =>
  space.run(
    "nft",
    "add table ip nat; add chain ip nat p { type nat hook postrouting priority 100 ; }; add rule ip nat p masquerade",
  );

/** A router on which all is well. */
const build = (): void => {
  space = enterNamespace();
  addPair("wan0", "203.0.113.2/30");
  addPair("wwan0", "198.51.100.2/24");
  addPair("lan0", "192.168.1.1/24");
  space.ip("route", "add", "default", "via", "203.0.113.1", "dev", "wan0", "metric", "100");
  space.ip("route", "add", "default", "via", "198.51.100.1", "dev", "wwan0", "metric", "200");
  sysctl("ipv4/ip_forward", "1");
  useNat();
};

beforeEach(build);
afterEach(() => space.dispose());

const request: MachineRequest = { settings, runtime: join(folder, "none"), sysctlNames: examinedSysctls, root: folder };

const read = (changes: Partial<MachineRequest> = {}) => readMachine({ ...request, ...changes });

/** What is found besides the daemon that isn't running. */
const found = async (changes: Partial<MachineRequest> = {}): Promise<string[]> =>
  examine(await read(changes))
    .filter(({ code }) => code !== "daemon-not-running")
    .map(({ level, code }) => `${level} ${code}`);

test("nothing is found on a router that is set up well", async () => {
  expect(await found()).toEqual([]);
});

test("links, addresses, rights and parts of the kernel are read", async () => {
  const facts = await read();
  expect(facts.unreadable).toEqual([]);
  expect(facts.links.find(({ name }) => name === "wan0")).toMatchObject({ adminUp: true, carrier: true, kind: "veth" });
  expect(facts.addresses).toContainEqual(expect.objectContaining({ address: "192.168.1.1", prefixLength: 24 }));
  expect(facts.capabilities).toEqual({ netAdmin: true, netRaw: true });
  expect(facts.nft).toMatchObject({ library: true, command: true, problem: null });
  expect(facts.modules.nf_conntrack).not.toBe("missing");
  expect(facts.daemon).toEqual({ running: false, ranBefore: false });
});

test("of all routes those are kept that matter", async () => {
  const add = (...words: string[]): string => space.ip("route", "add", ...words);
  add("8.8.8.8/32", "via", "203.0.113.1");
  add("10.0.0.0/8", "via", "203.0.113.1");
  add("128.0.0.0/1", "via", "198.51.100.1");
  add("10.0.0.0/8", "dev", "lan0", "table", "8731");
  add("10.0.0.0/8", "dev", "lan0", "table", "8732");
  add("default", "dev", "lan0", "table", "77");
  const { routes } = await read();
  const kept = routes
    .filter(({ family }) => family === "ipv4")
    .map(({ destination, table }) => `${destination} ${table}`);
  expect(kept.sort()).toEqual(
    ["8.8.8.8/32 254", "128.0.0.0/1 254", "10.0.0.0/8 8731", "default 77", "default 254", "default 254"].sort(),
  );
  expect(await found()).toEqual(["warning route-before-default", "warning target-pinned", "error table-taken"]);
});

test("rules that take everything are told from those that don't", async () => {
  const add = (...words: string[]): string => space.ip("rule", "add", ...words);
  add("priority", "10", "table", "77");
  add("priority", "11", "from", "10.0.0.0/8", "table", "77");
  add("priority", "12", "to", "10.0.0.0/8", "table", "77");
  add("priority", "13", "iif", "lan0", "table", "77");
  add("priority", "14", "fwmark", "5", "table", "77");
  add("priority", "15", "not", "fwmark", "5", "table", "77");
  add("priority", "16", "not", "from", "10.0.0.0/8", "table", "77");
  add("priority", "17", "ipproto", "tcp", "dport", "80", "table", "77");
  add("priority", "18", "uidrange", "0-0", "table", "77");
  add("priority", "19", "tos", "0x10", "table", "77");
  const { rules } = await read();
  const general = rules.filter((rule) => rule.general && rule.family === "ipv4").map(({ priority }) => priority);
  expect(general).toEqual([0, 10, 15, 32766, 32767]);
});

describe("what is wrong is found in a real kernel", () => {
  test("forwarding off", async () => {
    sysctl("ipv4/ip_forward", "0");
    expect(await found()).toEqual(["warning ipv4-forwarding-off"]);
  });

  test("strict reverse-path filter", async () => {
    sysctl("ipv4/conf/wwan0/rp_filter", "1");
    expect(await found()).toEqual(["note strict-rp-filter"]);
  });

  test("advertisements ignored, IPv6 off on an uplink", async () => {
    sysctl("ipv6/conf/all/forwarding", "1");
    space.ip("address", "add", "2001:db8:1::2/64", "dev", "wan0", "nodad");
    space.ip(
      "route",
      "add",
      "default",
      "via",
      "fe80::1",
      "dev",
      "wan0",
      "metric",
      "1024",
      "expires",
      "600",
      "proto",
      "ra",
    );
    sysctl("ipv6/conf/wwan0/disable_ipv6", "1");
    const both = settingsOf("uplinks:\n  - { name: fiber, interface: wan0 }\n  - { name: lte, interface: wwan0 }\n");
    expect(await found({ settings: both })).toEqual(["warning advertisements-ignored", "warning ipv6-off-on-uplink"]);
  });

  test("no carrier, switched off, missing", async () => {
    space.ip("link", "set", "far-wwan0", "down");
    expect(await found()).toEqual(["warning no-carrier"]);
    space.ip("link", "set", "wwan0", "down");
    expect(await found()).toEqual(["warning interface-off"]);
    space.ip("link", "delete", "wwan0");
    expect(await found()).toEqual(["error interface-missing"]);
  });

  test("no gateway, no address, no way out", async () => {
    space.ip("route", "delete", "default", "dev", "wwan0");
    expect(await found()).toEqual(["warning no-gateway"]);
    space.ip("address", "flush", "dev", "wwan0");
    expect(await found()).toEqual(["warning no-address"]);
    space.ip("address", "flush", "dev", "wan0");
    expect(await found()).toEqual(["warning no-address", "warning no-address", "error no-usable-uplink"]);
  });

  test("the same subnet twice, and a LAN that overlaps", async () => {
    space.ip("address", "add", "198.51.100.9/24", "dev", "wan0");
    expect(await found()).toEqual(["note same-subnet"]);
    space.ip("address", "delete", "198.51.100.9/24", "dev", "wan0");
    space.ip("address", "add", "192.168.1.50/24", "dev", "wwan0");
    expect(await found()).toEqual(["warning local-overlaps-uplink"]);
  });

  test("a port of a bridge", async () => {
    space.ip("link", "add", "br9", "type", "bridge");
    space.ip("link", "set", "wwan0", "master", "br9");
    const facts = await read();
    const finding = examine(facts).find(({ code }) => code === "uplink-enslaved");
    expect(finding?.title).toBe("wwan0 (lte) is a port of the bridge br9");
  });

  test("metric-0 defaults and tunnels", async () => {
    space.ip("route", "add", "default", "via", "203.0.113.1", "dev", "wan0", "metric", "0");
    expect(await found()).toEqual(["note default-metric-zero"]);
    space.ip("route", "replace", "default", "dev", "lan0", "metric", "0");
    expect(await found()).toEqual(["warning default-outranks-ours"]);
  });

  test("rules with our priorities and bits", async () => {
    space.ip("rule", "add", "priority", "18750", "from", "10.0.0.0/8", "table", "77");
    expect(await found()).toEqual(["warning rule-priority-taken"]);
    space.ip("rule", "delete", "priority", "18750");
    space.ip("rule", "add", "priority", "500", "fwmark", "0x1", "table", "77");
    expect(await found()).toEqual(["warning rule-mark-overlap"]);
  });

  test("missing translation, marks, a strict source check", async () => {
    space.run("nft", "flush ruleset");
    expect(await found()).toEqual(["warning no-nat", "warning no-nat"]);
    useNat();
    space.run(
      "nft",
      "add table inet m; add chain inet m p { type filter hook prerouting priority -150 ; }; add rule inet m p meta mark set 0x1",
    );
    space.run("nft", "add rule inet m p fib saddr . iif oif missing drop");
    expect(await found()).toEqual(["warning mark-in-use", "warning strict-source-check"]);
  });

  test("a program that switches uplinks too, in this namespace only", async () => {
    const program = join(folder, "connmand");
    copyFileSync("/bin/sleep", program);
    const child = spawn(program, ["30"], { stdio: "ignore" });
    try {
      await until(() => readFileSync(`/proc/${child.pid}/comm`, "utf8") === "connmand\n");
      expect(await found()).toEqual(["warning other-manager"]);
      space.dispose();
      build();
      expect(await found()).toEqual([]);
    } finally {
      child.kill("SIGKILL");
    }
  });
});

describe("robustness", () => {
  test("the nft command serves where the library is missing, and neither is an error", async () => {
    expect(await found({ tools: { library: "libnowhere.so.9" } })).toEqual(["note nft-library-missing"]);
    expect(await found({ tools: { library: "libnowhere.so.9", path: "/nowhere" } })).toEqual(["error nft-missing"]);
  });

  test("pipes, folders and binary files in the place of settings neither stop it nor hold it up", async () => {
    const root = join(folder, "hostile");
    const dropIns = join(root, "etc/systemd/networkd.conf.d");
    mkdirSync(join(dropIns, "20-folder.conf"), { recursive: true });
    execFileSync("mkfifo", [join(root, "etc/systemd/networkd.conf"), join(dropIns, "10-pipe.conf")]);
    writeFileSync(join(dropIns, "30-binary.conf"), Buffer.from([0, 255, 10, 91, 200]));
    expect(await found({ root })).toEqual([]);
    const facts = await read({ root });
    expect(facts.networkdSettings).toHaveLength(4);
  });

  test("drop-ins come after the main file, in the order of their names, /etc before /usr/lib", async () => {
    const root = join(folder, "networkd");
    const write = (path: string, text: string): void => {
      mkdirSync(join(root, path, ".."), { recursive: true });
      writeFileSync(join(root, path), text);
    };
    write("usr/lib/systemd/networkd.conf", "vendor");
    write("etc/systemd/networkd.conf", "main");
    write("usr/lib/systemd/networkd.conf.d/20-b.conf", "hidden");
    write("etc/systemd/networkd.conf.d/20-b.conf", "b");
    write("usr/lib/systemd/networkd.conf.d/30-c.conf", "c");
    write("run/systemd/networkd.conf.d/10-a.conf", "a");
    expect((await read({ root })).networkdSettings).toEqual(["main", "a", "b", "c"]);
  });

  test("a daemon is seen by its socket, a dead socket is none", async () => {
    const runtime = join(folder, "runtime");
    mkdirSync(runtime);
    writeFileSync(join(runtime, "state.json"), "{}");
    const server = createServer().listen(join(runtime, "api.sock"));
    await until(() => server.listening);
    expect((await read({ runtime })).daemon).toEqual({ running: true, ranBefore: true });
    await new Promise((resolve) => server.close(resolve));
    expect((await read({ runtime })).daemon).toEqual({ running: false, ranBefore: true });
    writeFileSync(join(runtime, "api.sock"), "not a socket");
    expect((await read({ runtime })).daemon.running).toBe(false);
  });

  test("an interface with a strange name is examined like any other", async () => {
    space.ip("link", "set", "wwan0", "name", "-a.b'$(x)");
    const strange = settingsOf(
      'uplinks:\n  - { name: lte, interface: "-a.b\'$(x)", ipv6: { method: none }, nat: true }\n',
    );
    sysctl("ipv4/conf/-a.b'$(x)/rp_filter", "1");
    expect(await found({ settings: strange })).toContain("note strict-rp-filter");
  });
});
