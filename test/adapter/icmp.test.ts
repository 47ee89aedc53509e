import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writeSysctl } from "../../src/adapter/kernel/sysctl.ts";
import { sendTo } from "../../src/adapter/libc/libc.ts";
import { openProber, type Prober } from "../../src/adapter/probe/icmp.ts";
import { decodeEcho, type Echo, encodeEcho } from "../../src/codec/icmp.ts";
import { FAMILIES, type Family } from "../../src/core/family.ts";
import { until } from "./until.ts";
import { OWN, openWire, PEER, receiveSoon, socketAddress, type Wire } from "./wire.ts";

const PING_SOCKETS = "0 2147483647";
const RAW_SOCKETS = "1 0";
const MARK = 0x01000000;

let wire: Wire;
let probers: Prober[];
let replies: { seq: number; rttMs: number }[];
let refusals: { seq: number; error: string }[];

const open = (family: Family, name = "wan0"): Prober => {
  const prober = openProber({
    interface: name,
    mark: MARK,
    family,
    onReplied: (reply) => void replies.push(reply),
    onRefused: (refusal) => void refusals.push(refusal),
  });
  probers.push(prober);
  return prober;
};

const silencePeer = (): void => {
  wire.peerSysctl("net/ipv4/icmp_echo_ignore_all", "1");
  wire.peerSysctl("net/ipv6/icmp/echo_ignore_all", "1");
};

const withoutHeader = (family: Family, packet: Buffer): Buffer => (family === "ipv4" ? packet.subarray(20) : packet);

const nextRequest = async (family: Family, fd: number): Promise<Echo> => {
  const packet = await receiveSoon(fd, (bytes) => decodeEcho(family, withoutHeader(family, bytes))?.kind === "request");
  const echo = decodeEcho(family, withoutHeader(family, packet));
  if (echo === null) throw new Error("not an echo request");
  return echo;
};

const answer = (family: Family, fd: number, echo: Echo): void => {
  expect(sendTo(fd, encodeEcho(family, { ...echo, kind: "reply" }), socketAddress(OWN[family]))).toBe(0);
};

/** Leads the peer's packets to us over a second line, until told otherwise. */
const joinElsewhere = (family: Family): (() => void) => {
  const [option, address] = [`-${family.slice(3)}`, OWN[family]];
  wire.peerIp("link", "add", "far1", "type", "veth", "peer", "name", "wan1", "netns", wire.own.name);
  wire.own.ip("link", "set", "wan1", "address", "02:00:00:00:00:01", "up");
  wire.peerIp("link", "set", "far1", "up");
  wire.peerIp(option, "route", "add", `${address}/${family === "ipv4" ? 32 : 128}`, "dev", "far1");
  wire.peerIp(option, "neighbour", "add", address, "lladdr", "02:00:00:00:00:01", "dev", "far1");
  return () => wire.peerIp(option, "route", "delete", address, "dev", "far1");
};

beforeEach(() => {
  wire = openWire();
  probers = [];
  replies = [];
  refusals = [];
});

afterEach(() => {
  for (const prober of probers) prober.close();
  wire.dispose();
});

describe.each(FAMILIES)("%s", (family) => {
  describe.each([
    ["ping sockets", PING_SOCKETS],
    ["raw sockets", RAW_SOCKETS],
  ])("with %s", (_kind, range) => {
    beforeEach(() => writeSysctl("net/ipv4/ping_group_range", range));

    test("a reply comes with a plausible round-trip time and the caller's number, however large", async () => {
      const prober = open(family);
      for (const seq of [1, 70_000, 5_000_000_000]) prober.send({ seq, target: PEER[family].address });
      await until(() => replies.length === 3);
      expect(replies.map((reply) => reply.seq)).toEqual([1, 70_000, 5_000_000_000]);
      for (const { rttMs } of replies) expect(rttMs).toBeGreaterThanOrEqual(0);
      for (const { rttMs } of replies) expect(rttMs).toBeLessThan(50);
      expect(refusals).toEqual([]);
    });

    test("the kernel's stamp keeps a stalled loop out of the round-trip time", async () => {
      const prober = open(family);
      prober.send({ seq: 1, target: PEER[family].address });
      await until(() => replies.length === 1);
      prober.send({ seq: 2, target: PEER[family].address });
      const end = performance.now() + 60;
      while (performance.now() < end);
      await until(() => replies.length === 2);
      expect(replies[1]?.rttMs).toBeLessThan(40);
    });

    test("what a router reports as unreachable is refused, and the socket hears on", async () => {
      const prober = open(family);
      for (const seq of [1, 2, 3]) prober.send({ seq, target: PEER[family].unreachable });
      await until(() => refusals.length === 3);
      expect(refusals.map((refusal) => refusal.seq)).toEqual([1, 2, 3]);
      expect(refusals[0]?.error).toMatch(/^E(HOST|NET)UNREACH$/);
      prober.send({ seq: 4, target: PEER[family].address });
      await until(() => replies.length === 1);
      expect(replies[0]?.seq).toBe(4);
      expect(refusals.length).toBe(3);
    });

    test("an error of an earlier probe is not taken for one of the next probe", async () => {
      const prober = open(family);
      prober.send({ seq: 1, target: PEER[family].unreachable });
      const end = performance.now() + 20;
      while (performance.now() < end);
      prober.send({ seq: 2, target: PEER[family].address });
      await until(() => replies.length === 1);
      expect(replies[0]?.seq).toBe(2);
      expect(refusals.map((refusal) => refusal.seq)).toEqual([1]);
    });

    test("forged, foreign, truncated and repeated replies change nothing", async () => {
      silencePeer();
      const prober = open(family);
      const peer = wire.openPeerSocket(PEER[family].address);
      const stranger = wire.openPeerSocket(PEER[family].other);
      prober.send({ seq: 1, target: PEER[family].address });
      const request = await nextRequest(family, peer);
      answer(family, peer, { ...request, nonceLow: (request.nonceLow + 1) >>> 0 });
      answer(family, peer, { ...request, nonceHigh: (request.nonceHigh ^ 0x80000000) >>> 0 });
      answer(family, peer, { ...request, sequence: (request.sequence + 1) & 0xffff });
      answer(family, peer, { ...request, identifier: (request.identifier + 1) & 0xffff });
      answer(family, stranger, request);
      const whole = encodeEcho(family, { ...request, kind: "reply" });
      for (let length = 8; length < whole.length; length++) {
        sendTo(peer, whole.subarray(0, length), socketAddress(OWN[family]));
      }
      await sleep(50);
      expect(replies).toEqual([]);
      answer(family, peer, request);
      answer(family, peer, request);
      await until(() => replies.length > 0);
      await sleep(20);
      expect(replies.map((reply) => reply.seq)).toEqual([1]);
      expect(refusals).toEqual([]);
    });

    test("the true answer, coming in by another uplink, doesn't count", async () => {
      silencePeer();
      const prober = open(family);
      const peer = wire.openPeerSocket(PEER[family].address);
      prober.send({ seq: 1, target: PEER[family].address });
      const request = await nextRequest(family, peer);
      const back = joinElsewhere(family);
      answer(family, peer, request);
      await until(() => /RX:.*\n\s*\d+\s+[1-9]/.test(wire.own.ip("-stats", "link", "show", "wan1")));
      await sleep(50);
      expect(replies).toEqual([]);
      back();
      answer(family, peer, request);
      await until(() => replies.length === 1);
    });

    test("thousands of probes at once are all answered once", async () => {
      const prober = open(family);
      for (let seq = 1; seq <= 3000; seq++) {
        prober.send({ seq, target: PEER[family].address });
        if (seq % 100 === 0) await sleep(0);
      }
      await until(() => replies.length === 3000);
      expect(new Set(replies.map((reply) => reply.seq)).size).toBe(3000);
    });
  });

  test("a neighbour on the link is probed by its link-local address too", async () => {
    const prober = open(family);
    prober.send({ seq: 1, target: PEER[family].local });
    await until(() => replies.length === 1);
  });

  test("the mark is on the packets", async () => {
    const prober = open(family);
    const option = `-${family.slice(3)}`;
    wire.own.ip(option, "route", "delete", "default");
    wire.own.ip(option, "route", "add", "default", "via", PEER[family].address, "table", "8701");
    wire.own.ip(option, "rule", "add", "fwmark", "0x01000000/0x3f000000", "lookup", "8701");
    prober.send({ seq: 1, target: PEER[family].behind });
    await until(() => replies.length === 1);
  });

  test("an interface that doesn't exist is a clear error", () => {
    expect(() => open(family, "nowhere0")).toThrow(
      expect.objectContaining({ code: "interface-missing", detail: "There is no interface nowhere0." }),
    );
  });

  test("a rename of the interface changes nothing", async () => {
    const prober = open(family);
    for (const [option, value] of [["down"], ["name", "wan7"], ["up"]]) {
      wire.own.ip(
        "link",
        "set",
        option === "up" ? "wan7" : "wan0",
        option ?? "",
        ...(value === undefined ? [] : [value]),
      );
    }
    await sleep(50);
    prober.send({ seq: 1, target: PEER[family].local });
    await until(() => replies.length + refusals.length === 1);
    expect(replies.length + refusals.length).toBe(1);
  });

  test("an interface that is removed and comes back needs a new prober", async () => {
    const prober = open(family);
    wire.own.ip("link", "delete", "wan0");
    wire.own.ip("link", "add", "wan0", "type", "veth", "peer", "name", "far1");
    wire.own.ip("address", "add", OWN[family], "dev", "wan0");
    wire.own.ip("link", "set", "wan0", "up");
    prober.send({ seq: 1, target: PEER[family].address });
    expect(refusals[0]?.error).toMatch(/^E(NETUNREACH|NODEV|INVAL)$/);
  });

  test("after close nothing is sent and nothing is heard", async () => {
    const prober = open(family);
    prober.send({ seq: 1, target: PEER[family].address });
    prober.close();
    prober.close();
    prober.send({ seq: 2, target: PEER[family].address });
    await sleep(30);
    expect(replies).toEqual([]);
    expect(refusals).toEqual([{ seq: 2, error: "EBADF" }]);
  });

  test("a prober may be closed from its own callback", async () => {
    const prober: Prober = openProber({
      interface: "wan0",
      mark: MARK,
      family,
      onReplied: (reply) => {
        replies.push(reply);
        prober.close();
      },
      onRefused: () => {},
    });
    for (let seq = 1; seq <= 5; seq++) prober.send({ seq, target: PEER[family].address });
    await sleep(50);
    expect(replies.length).toBeGreaterThan(0);
  });
});

test("without a route IPv6 is refused at once; IPv4 takes every address for one on the link of a bound socket", async () => {
  for (const option of ["-4", "-6"]) wire.own.ip(option, "route", "delete", "default");
  for (const family of FAMILIES) open(family).send({ seq: 1, target: PEER[family].unreachable });
  expect(refusals).toEqual([{ seq: 1, error: "ENETUNREACH" }]);
});

test("a target of the other family is our own mistake", () => {
  const prober = open("ipv4");
  expect(() => prober.send({ seq: 1, target: "fd87::2" })).toThrow(
    expect.objectContaining({ code: "invariant-broken" }),
  );
  expect(() => prober.send({ seq: 1, target: "nonsense" })).toThrow(
    expect.objectContaining({ code: "malformed-message" }),
  );
});
