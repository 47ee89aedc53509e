import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Client, tendClients } from "../../src/core/client/client.ts";
import { readLent } from "../../src/core/client/lease6.ts";
import { remember } from "../../src/core/memory.ts";
import { networkOf } from "../../src/core/network.ts";
import { wantedAddresses } from "../../src/core/path/addressing.ts";
import { survey } from "../../src/core/path/survey.ts";
import { start, withUplinks } from "../../src/core/start.ts";
import type { State } from "../../src/core/state.ts";
import { begunWith, clientOf, clientTold, leasedLte } from "../fake/client.ts";
import { address, kernelState } from "../fake/kernel-state.ts";
import { FIBER, settingsOf } from "../fake/settings.ts";

/** As dhclient 4.4.3 said them to its script, bound by dhcpd 4.4.3. */
const ADDRESS = {
  new_ip6_address: "2001:db8:b::198",
  new_max_life: "8",
  new_dhcp6_name_servers: "2001:db8:b::1 2001:db8:b::2",
};
const PREFIX = { ...ADDRESS, new_ip6_address: "", new_ip6_prefix: "2001:db8:b:f00::/56" };

describe("what a DHCPv6 server lends", () => {
  const times = { dns: ["2001:db8:b::1", "2001:db8:b::2"], obtainedAt: 1000, expiresAt: 9000 };

  test("is an address or a prefix, and never a gateway", () => {
    expect(readLent(ADDRESS, 1000)).toEqual({
      kind: "address",
      lease: { address: "2001:db8:b::198", prefixLength: 128, gateway: null, server: null, ...times },
    });
    expect(readLent(PREFIX, 1000)).toEqual({
      kind: "prefix",
      delegation: { prefix: "2001:db8:b:f00::/56", ...times },
    });
  });

  test.each([
    [{ new_ip6_address: "ff05::1" }, '"ff05::1" is no address for a host'],
    [{ new_ip6_address: "fe80::1" }, '"fe80::1" is no address for a host'],
    [{ new_ip6_address: "::1" }, '"::1" is no address for a host'],
    [{ new_ip6_address: "198.51.100.7" }, '"198.51.100.7" is no address for a host'],
    [{ new_ip6_address: "$(reboot)" }, '"$(reboot)" is no address for a host'],
    [{ new_ip6_address: "" }, '"" is no address for a host'],
    [{ new_ip6_prefix: "::/0" }, '"::/0" is no prefix to delegate'],
    [{ new_ip6_prefix: "2000::/3" }, '"2000::/3" is no prefix to delegate'],
    [{ new_ip6_prefix: "ff00::/40" }, '"ff00::/40" is no prefix to delegate'],
    [{ new_ip6_prefix: "2001:db8::/96" }, '"2001:db8::/96" is no prefix to delegate'],
    [{ new_max_life: "0" }, '"0" is no lease time'],
    [{ new_max_life: "soon" }, '"soon" is no lease time'],
  ])("is refused where it is nonsense: %j", (words, problem) => {
    expect(readLent({ ...ADDRESS, ...words }, 0)).toBe(problem);
  });

  test("is never believed beyond what addresses, prefixes and times can be", () => {
    const word = fc.oneof(
      fc.string(),
      fc.ipV6(),
      fc.tuple(fc.ipV6(), fc.nat({ max: 200 })).map(([ip, length]) => `${ip}/${length}`),
      fc.nat().map(String),
      fc.array(fc.ipV6()).map((all) => all.join(" ")),
    );
    const words = fc.dictionary(fc.constantFrom(...Object.keys(PREFIX), "__proto__"), word);
    fc.assert(
      fc.property(words, (said) => {
        const lent = readLent(said, 0);
        if (typeof lent === "string") return;
        const { dns, expiresAt } = lent.kind === "address" ? lent.lease : lent.delegation;
        const own = lent.kind === "address" ? lent.lease.address : (lent.delegation.prefix.split("/")[0] ?? "");
        for (const one of [own, ...dns]) expect(networkOf(one)?.family).toBe("ipv6");
        expect(expiresAt).toBeLessThanOrEqual(366 * 86_400_000);
        expect(dns.length).toBeLessThanOrEqual(8);
      }),
    );
  });
});

describe("a DHCPv6 client", () => {
  const auto = { outer: null, inner: null };
  const dhcp = leasedLte("ipv6", { prefixes: auto });
  const LINK_LOCAL = address(4, "fe80::2", { global: false, prefixLength: 64 });
  const LAN = address(2, "fd00:1::1", { prefixLength: 64 });
  const withLan = kernelState({ addresses: [LAN, LINK_LOCAL] });
  const begun = begunWith(dhcp, withLan);
  const told = (state: State, what: string, now: number, words: Readonly<Record<string, string>> = ADDRESS): State =>
    clientTold(state, { family: "ipv6", what, words, now });
  const client = (state: State): Client => clientOf(state, "ipv6");
  const running = tendClients(begun, 0).state;
  const bound = told(told(running, "BOUND6", 10), "BOUND6", 10, PREFIX);

  test("waits for a link-local address, and asks for a prefix where one is to be translated to", () => {
    expect(tendClients({ ...begun, kernel: kernelState() }, 0).commands).toEqual([]);
    expect(tendClients(begun, 0).commands).toEqual([
      { kind: "run-client", uplink: "lte", family: "ipv6", interface: "wwan0", address: null, prefix: true },
    ]);
  });

  test("brings an address for the interface, servers for names and a prefix for the LAN's", () => {
    const lent = { link: 4, address: "2001:db8:b::198", prefixLength: 128, protocol: 87 };
    expect(wantedAddresses(bound.uplinks, withLan)).toMatchObject([lent]);
    expect(survey(bound, 20).state.uplinks[1]?.prefixes).toEqual([
      { inner: "fd00:1::/64", outer: "2001:db8:b:f00::/64" },
    ]);
    const again = start({ settings: settingsOf([FIBER, dhcp]), memory: remember(bound, 20), seed: 1, now: 30 });
    expect(client(again)).toMatchObject({
      lease: { address: "2001:db8:b::198" },
      delegation: { prefix: "2001:db8:b:f00::/56" },
    });
  });

  test("is begun anew where a reload wants a prefix from now on, and keeps its lease meanwhile", () => {
    const configured = (prefixes: typeof auto | null, state: State): State =>
      withUplinks(state, { settings: settingsOf([FIBER, { ...dhcp, prefixes }]), memory: null, now: 20 });
    const without = tendClients(configured(null, bound), 20).state;
    expect(tendClients(configured(null, without), 30).commands).toEqual([]);
    const wanting = configured(auto, without);
    expect(client(wanting).lease?.address).toBe("2001:db8:b::198");
    expect(tendClients(wanting, 40).commands).toMatchObject([{ kind: "run-client", prefix: true }]);
  });

  test("whose server is silent, is silent later, or lets the lease end, is told of", () => {
    expect(tendClients(running, 0).reviewAt).toBe(10_000);
    const asked = tendClients(running, 10_000);
    expect(client(asked.state).problem).toBe("no DHCP server answers");
    expect(asked.commands).toMatchObject([{ kind: "report", report: { text: "no DHCP server answers" } }]);
    expect(tendClients(bound, 20).reviewAt).toBe(7210);
    expect(client(tendClients(bound, 7210).state)).toMatchObject({
      lease: { address: "2001:db8:b::198" },
      problem: "the DHCP server doesn't renew it",
    });
    expect(client(tendClients(bound, 8010).state)).toMatchObject({
      lease: null,
      delegation: null,
      problem: "the lease has expired, and the DHCP server gave no other",
    });
  });

  test("that hangs since the clock was set back is begun anew: before its lease ends, when it has ended, and each minute", () => {
    const asksAt = (state: State, now: number): { asks: boolean; state: State; reviewAt: number } => {
      const { commands, ...tended } = tendClients(state, now);
      return { ...tended, asks: commands.some(({ kind }) => kind === "run-client") };
    };
    const leased = told(running, "BOUND6", 10, { ...ADDRESS, new_max_life: "3600" });
    expect(asksAt(leased, 3_240_000).asks).toBe(false);
    const late = asksAt(leased, 3_240_010);
    expect(late).toMatchObject({ asks: true, reviewAt: 3_600_010 });
    expect(asksAt(late.state, 3_500_000).asks).toBe(false);
    const over = asksAt(late.state, 3_600_010);
    expect(over).toMatchObject({ asks: true, reviewAt: 3_660_010 });
    expect(asksAt(over.state, 3_660_000).asks).toBe(false);
    expect(asksAt(over.state, 3_660_010)).toMatchObject({ asks: true, reviewAt: 3_720_010 });
    const unplugged = { ...over.state, kernel: kernelState({ links: [] }) };
    expect(asksAt(unplugged, 3_660_010)).toMatchObject({ asks: false, reviewAt: Number.POSITIVE_INFINITY });
  });

  test("that has only just begun to ask isn't begun anew as its lease ends", () => {
    const { state, commands } = tendClients(bound, 8010);
    expect(commands.map(({ kind }) => kind)).toEqual(["report"]);
    expect(tendClients(state, 8020).commands).toEqual([]);
  });

  test("loses what the server takes back, and nothing else", () => {
    const words = { old_ip6_prefix: "2001:db8:b:f00::/56" };
    expect(client(told(bound, "EXPIRE6", 20, words))).toMatchObject({
      lease: { address: "2001:db8:b::198" },
      delegation: null,
    });
    expect(client(told(bound, "EXPIRE6", 20, { old_ip6_address: "2001:db8:b::1" }))).toEqual(client(bound));
    expect(client(told(bound, "RENEW6", 20, { ...ADDRESS, new_ip6_address: "ff05::1" }))).toMatchObject({
      lease: { address: "2001:db8:b::198" },
      problem: 'the DHCP server hands out nonsense: "ff05::1" is no address for a host',
    });
  });
});
