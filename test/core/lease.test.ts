import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tendClients } from "../../src/core/client/client.ts";
import { readLease } from "../../src/core/client/lease.ts";
import { noteClient } from "../../src/core/client/told.ts";
import { networkOf } from "../../src/core/network.ts";
import type { State } from "../../src/core/state.ts";
import { begunWith, clientOf, clientTold, leasedLte } from "../fake/client.ts";
import { kernelState, link } from "../fake/kernel-state.ts";

const WORDS = {
  ip: "198.51.100.7",
  subnet: "255.255.255.0",
  router: "198.51.100.1 198.51.100.2",
  dns: "9.9.9.9 1.1.1.1",
  serverid: "198.51.100.1",
  lease: "3600",
};

describe("what a DHCP server lends", () => {
  test("is read out of the client's words", () => {
    expect(readLease(WORDS, 1000)).toEqual({
      address: "198.51.100.7",
      prefixLength: 24,
      gateway: "198.51.100.1",
      dns: ["9.9.9.9", "1.1.1.1"],
      server: "198.51.100.1",
      obtainedAt: 1000,
      expiresAt: 3_601_000,
    });
  });

  test.each([
    [{ ip: "127.0.0.1" }, '"127.0.0.1" is no address for a host'],
    [{ ip: "224.0.0.1" }, '"224.0.0.1" is no address for a host'],
    [{ ip: "198.51.100.007" }, '"198.51.100.007" is no address for a host'],
    [{ ip: "$(reboot)" }, '"$(reboot)" is no address for a host'],
    [{ ip: "" }, '"" is no address for a host'],
    [{ subnet: "255.0.255.0" }, '"255.0.255.0" is no mask'],
    [{ subnet: "0.0.0.0" }, '"0.0.0.0" is no mask'],
    [{ ip: "198.51.100.255" }, "198.51.100.255/24 is a network or its broadcast address"],
    [{ lease: "soon" }, '"soon" is no lease time'],
  ])("is refused where it is nonsense: %j", (words, problem) => {
    expect(readLease({ ...WORDS, ...words }, 0)).toBe(problem);
  });

  test("is taken without what is wrong or missing beside the address", () => {
    const words = {
      ...WORDS,
      router: "0.0.0.0 198.51.100.7 x",
      dns: "127.0.0.1 ::1 9.9.9.9",
      subnet: "",
      lease: "4294967295",
    };
    expect(readLease(words, 0)).toMatchObject({
      prefixLength: 32,
      gateway: null,
      dns: ["9.9.9.9"],
      expiresAt: 366 * 86_400_000,
    });
  });

  test("is never believed beyond what addresses, masks and times can be", () => {
    const word = fc.oneof(
      fc.string(),
      fc.ipV4(),
      fc.nat().map(String),
      fc.array(fc.ipV4()).map((all) => all.join(" ")),
    );
    const words = fc.dictionary(
      fc.constantFrom("ip", "subnet", "router", "dns", "serverid", "lease", "__proto__"),
      word,
    );
    fc.assert(
      fc.property(words, (said) => {
        const lease = readLease(said, 0);
        if (typeof lease === "string") return;
        for (const one of [lease.address, ...lease.dns, ...(lease.gateway === null ? [] : [lease.gateway])]) {
          expect(networkOf(one)?.family).toBe("ipv4");
        }
        expect(lease.prefixLength).toBeGreaterThanOrEqual(8);
        expect(lease.expiresAt).toBeGreaterThanOrEqual(122_000);
        expect(lease.dns.length).toBeLessThanOrEqual(8);
      }),
    );
  });
});

describe("a DHCP client", () => {
  const begun = begunWith(leasedLte("ipv4"));
  const told = (state: State, what: string, now: number, words = WORDS): State =>
    clientTold(state, { family: "ipv4", what, words, now });
  const ended = (state: State, now: number): State =>
    noteClient(state, { kind: "client-ended", uplink: "lte", family: "ipv4", problem: "udhcpc is not installed" }, now)
      .state;

  test("runs on its interface, once, and asks for what it had", () => {
    const { state, commands } = tendClients(begun, 0);
    expect(commands).toEqual([
      { kind: "run-client", uplink: "lte", family: "ipv4", interface: "wwan0", address: null, prefix: false },
    ]);
    expect(tendClients(state, 10).commands).toEqual([]);
    const again = tendClients(ended(told(state, "bound", 20), 30), 5000);
    expect(again.commands).toMatchObject([{ address: "198.51.100.7" }]);
  });

  test("that ends is started again, ever more rarely, and its lease stays", () => {
    let state = told(tendClients(begun, 0).state, "bound", 10);
    const waits = [0, 1, 2, 3, 4, 5, 6, 7].map((_, turn) => {
      state = ended(state, turn * 100_000);
      const { reviewAt } = tendClients(state, turn * 100_000);
      state = tendClients(state, turn * 100_000 + 99_999).state;
      return (reviewAt - turn * 100_000) / 1000;
    });
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect(clientOf(state, "ipv4")).toMatchObject({
      lease: { address: "198.51.100.7" },
      problem: "udhcpc is not installed",
    });
  });

  test("asks anew when the carrier comes back, for another network may be on the cable, and keeps its lease until then", () => {
    const cable = (state: State, carrier: boolean): State => ({
      ...state,
      kernel: kernelState({ links: [link(2, "lan0"), link(3, "eth0"), link(4, "wwan0", { carrier })] }),
    });
    expect(tendClients(cable(begun, false), 0).commands).toEqual([]);
    const bound = told(tendClients(begun, 0).state, "bound", 10);
    const pulled = tendClients(cable(bound, false), 20);
    expect(pulled.commands).toEqual([]);
    const { state, commands } = tendClients(cable(pulled.state, true), 30);
    expect(commands).toMatchObject([{ kind: "run-client", uplink: "lte", address: "198.51.100.7" }]);
    expect(clientOf(state, "ipv4").lease).toMatchObject({ address: "198.51.100.7" });
    expect(tendClients(state, 40).commands).toEqual([]);
  });

  test("keeps its lease until it expires, whatever the server says but a refusal", () => {
    const bound = told(tendClients(begun, 0).state, "bound", 0);
    const unmoved = told(told(told(bound, "deconfig", 1), "leasefail", 2), "renew", 3, { ...WORDS, ip: "0.0.0.0" });
    expect(clientOf(unmoved, "ipv4")).toMatchObject({
      lease: { address: "198.51.100.7" },
      problem: 'the DHCP server hands out nonsense: "0.0.0.0" is no address for a host',
    });
    expect(clientOf(told(bound, "nak", 4), "ipv4").lease).toBeNull();
    expect(tendClients(tendClients(bound, 3_240_000).state, 3_240_000).reviewAt).toBe(3_600_000);
    expect(clientOf(tendClients(bound, 3_600_000).state, "ipv4")).toMatchObject({
      lease: null,
      problem: "the lease has expired, and the DHCP server gave no other",
    });
  });
});
