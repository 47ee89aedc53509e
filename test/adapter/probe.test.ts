import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Outcome } from "../../src/adapter/probe/attempt.ts";
import { openTargetProber, type SocketTarget, type TargetProber } from "../../src/adapter/probe/target-prober.ts";
import { parseAddress } from "../../src/codec/ip.ts";
import { FAMILIES, type Family } from "../../src/core/family.ts";
import type { Host } from "../../src/core/target/target.ts";
import { dnsAnswer, openServers, type Servers } from "./servers.ts";
import { until } from "./until.ts";
import { openWire, PEER, type Wire } from "./wire.ts";

const MARK = 0x21000000;
const BLACKHOLE = { ipv4: "198.18.0.1", ipv6: "2001:2::1" } as const;

let wire: Wire;
let servers: Servers;
let probers: TargetProber[];
let ends: { seq: number; outcome: Outcome }[];

const open = (family: Family, name = "wan0"): TargetProber => {
  const prober = openTargetProber({ interface: name, mark: MARK, family }, (seq, outcome) => {
    ends.push({ seq, outcome });
  });
  probers.push(prober);
  return prober;
};

/** Sends one probe and waits for its end. */
const probe = async (family: Family, target: SocketTarget, resolvers: readonly string[] = []): Promise<Outcome> => {
  const seq = ends.length + 1;
  open(family).send({ seq, target, resolvers });
  await until(() => ends.some((end) => end.seq === seq));
  return ends.find((end) => end.seq === seq)?.outcome ?? { kind: "failed", error: "?" };
};

const at = (family: Family, address: string): Host & { kind: "address" } => ({ kind: "address", family, address });
const tcp = (host: Host, port = 7000): SocketTarget => ({ kind: "tcp", host, port });
const dns = (host: Host & { kind: "address" }): SocketTarget => ({ kind: "dns", host, port: 53, name: "example.org" });
const page = (host: Host, path: string, changes: object = {}): SocketTarget => ({
  ...{ kind: "http", secure: false, host, port: 80, path, expect: null, body: null },
  ...changes,
});
const secure = { secure: true, port: 443 };
const NAMED: Host = { kind: "name", name: "detect.example.net" };

const ANSWERED = { kind: "answered", rttMs: expect.any(Number) };
const failed = (error: unknown) => ({ kind: "failed", error });
const intercepted = (by: string) => ({ kind: "intercepted", rttMs: expect.any(Number), by });
const rttOf = (outcome: Outcome): number => (outcome.kind === "failed" ? Number.NaN : outcome.rttMs);

beforeEach(() => {
  wire = openWire(() => {
    servers = openServers();
  });
  wire.peerIp("route", "add", "blackhole", "198.18.0.0/15");
  wire.peerIp("-6", "route", "add", "blackhole", "2001:2::/48");
  probers = [];
  ends = [];
});

afterEach(() => {
  for (const prober of probers) prober.close();
  servers.close();
  wire.dispose();
});

describe.each(FAMILIES)("%s", (family) => {
  const host = at(family, PEER[family].address);
  const octets = parseAddress(PEER[family].address);

  describe("a TCP connection", () => {
    test("that is accepted is an answer, timed by the kernel, and is hung up at once", async () => {
      const outcome = await probe(family, tcp(host));
      expect(outcome).toEqual(ANSWERED);
      expect(rttOf(outcome)).toBeGreaterThan(0);
      expect(rttOf(outcome)).toBeLessThan(50);
      await until(() => servers.connections().opened === 1 && servers.connections().open === 0);
    });

    test("that the host refuses is an answer too", async () => {
      expect(await probe(family, tcp(host, 7999))).toEqual(ANSWERED);
    });

    test("that a router can't deliver is none", async () => {
      expect(await probe(family, tcp(at(family, PEER[family].unreachable)))).toEqual(
        failed(expect.stringMatching(/^E(HOST|NET)UNREACH$/)),
      );
    });

    test("that a firewall rejects as if nobody listened is none", async () => {
      const table = "add table inet f; add chain inet f i { type filter hook input priority 0; }";
      wire.peerRun("nft", `${table}; add rule inet f i tcp dport 7000 reject with icmpx port-unreachable`);
      expect(await probe(family, tcp(host))).toEqual(failed("ECONNREFUSED"));
    });

    test("bears the mark", async () => {
      const option = `-${family.slice(3)}`;
      wire.own.ip(option, "route", "delete", "default");
      wire.own.ip(option, "route", "add", "default", "via", PEER[family].address, "table", "8701");
      wire.own.ip(option, "rule", "add", "fwmark", "0x01000000/0x1f000000", "lookup", "8701");
      expect(await probe(family, tcp(at(family, PEER[family].behind)))).toEqual(ANSWERED);
    });

    test("to ourselves is none, whatever the kernel makes of it", async () => {
      wire.own.ip("address", "add", "10.88.0.1/32", "dev", "lo");
      wire.own.ip("address", "add", "fd89::1/128", "dev", "lo");
      const own = { ipv4: ["10.87.0.1", "10.88.0.1", "127.0.0.1"], ipv6: ["fd87::1", "fd89::1", "::1"] }[family];
      const prober = open(family);
      for (const [seq, address] of own.entries()) prober.send({ seq, target: tcp(at(family, address)), resolvers: [] });
      await sleep(300);
      expect(ends[0]).toEqual({ seq: 0, outcome: failed("its address is one of this machine's own") });
      expect(ends.filter(({ outcome }) => outcome.kind !== "failed")).toEqual([]);
    });

    test("through an interface that is gone fails with that reason", async () => {
      open(family, "nowhere0").send({ seq: 1, target: tcp(host), resolvers: [] });
      await until(() => ends.length === 1);
      expect(ends[0]?.outcome).toEqual(failed("There is no interface nowhere0."));
    });

    test("isn't lengthened by a busy loop", async () => {
      const prober = open(family);
      prober.send({ seq: 1, target: tcp(host), resolvers: [] });
      const end = performance.now() + 60;
      while (performance.now() < end);
      await until(() => ends.length === 1);
      expect(ends.map(({ outcome }) => outcome)).toEqual([ANSWERED]);
      expect(rttOf(ends[0]?.outcome ?? { kind: "failed", error: "" })).toBeLessThan(40);
    });
  });

  describe("a DNS query", () => {
    test("that is answered is an answer, and so is that there is no such name", async () => {
      servers.answerDns((query) => [dnsAnswer(query)]);
      expect(await probe(family, dns(host))).toEqual(ANSWERED);
      servers.answerDns((query) => [dnsAnswer(query, { code: 3 })]);
      expect(await probe(family, dns(host))).toEqual(ANSWERED);
    });

    test("that the server can't look up is none", async () => {
      servers.answerDns((query) => [dnsAnswer(query, { code: 2 })]);
      expect(await probe(family, dns(host))).toEqual(failed("answered SERVFAIL"));
      servers.answerDns((query) => [dnsAnswer(query, { code: 5 })]);
      expect(await probe(family, dns(host))).toEqual(failed("answered REFUSED"));
    });

    test("doesn't take what is forged or damaged, and waits on", async () => {
      let good: Buffer | undefined;
      servers.answerDns((query) => {
        const answer = dnsAnswer(query);
        const otherId = Buffer.from(answer).fill((answer[0] ?? 0) ^ 1, 0, 1);
        const otherName = Buffer.from(answer).fill(0x78, 13, 14);
        good = answer;
        return [otherId, otherName, query, answer.subarray(0, 20), Buffer.alloc(0), Buffer.alloc(600, 0xc0)];
      });
      open(family).send({ seq: 1, target: dns(host), resolvers: [] });
      await until(() => good !== undefined);
      await sleep(50);
      expect(ends).toEqual([]);
      servers.answerDns((query) => [dnsAnswer(query)]);
      expect(await probe(family, dns(host))).toEqual(ANSWERED);
    });

    test("doesn't take an answer from another address", async () => {
      servers.answerDns((query) => [dnsAnswer(query)]);
      open(family).send({ seq: 1, target: dns(at(family, PEER[family].other)), resolvers: [] });
      await until(() => servers.queries() === 1);
      await sleep(50);
      expect(ends).toEqual([]);
    });

    test("uses another port and another identifier each time", async () => {
      const seen = new Set<string>();
      servers.answerDns((query, from) => {
        seen.add(`${from.port}`).add(`id ${query.readUInt16BE(0)}`);
        return [dnsAnswer(query)];
      });
      for (let count = 0; count < 8; count += 1) await probe(family, dns(host));
      expect(seen.size).toBeGreaterThan(12);
    });

    test("to a host without a server fails at once", async () => {
      expect(await probe(family, { ...dns(host), port: 5399 })).toEqual(failed("ECONNREFUSED"));
    });
  });

  describe("a page", () => {
    test.each<[string, string, object, object]>([
      ["204 where anything good is due", "/204", {}, ANSWERED],
      ["204 where it is due", "/204", { expect: 204 }, ANSWERED],
      ["a redirection to its own host", "/own", {}, ANSWERED],
      ["the text that is due", "/200", { body: "success" }, ANSWERED],
      ["a redirection to a login", "/login", {}, intercepted("redirected to http://login.hotel.example/")],
      ["a page where none is due", "/200", { expect: 204 }, intercepted("answered 200, where 204 is due")],
      ["another text", "/200", { body: "failure" }, intercepted("sent another page than the expected one")],
      ["511", "/511", {}, intercepted("answered 511, network authentication required")],
      ["503", "/503", {}, failed("answered 503")],
      ["an endless page", "/endless", { body: "failure" }, intercepted("sent another page than the expected one")],
      ["an endless page of which nothing is wanted", "/endless", {}, ANSWERED],
      ["half a page", "/amid", { body: "failure" }, failed("hung up amid the page")],
      ["endless header fields", "/headers", {}, failed("HPE_HEADER_OVERFLOW")],
      ["interim answers without end", "/interim", {}, failed("sent an interim answer that nobody asked for")],
      ["nothing", "/gone", {}, failed("ECONNRESET")],
      ["another protocol", "/nonsense", {}, failed(expect.stringMatching(/^HPE_/))],
    ])("that answers with %s is judged, and the connection closed", async (_, path, changes, outcome) => {
      expect(await probe(family, page(host, path, changes))).toEqual(outcome);
      expect(servers.paths).toEqual([path]);
      await until(() => servers.connections().open === 0);
    });

    test("is asked for politely, and nothing of ours is told", async () => {
      await probe(family, page(host, "/204"));
      const bracketed = family === "ipv6" ? `[${PEER.ipv6.address}]` : PEER.ipv4.address;
      expect(servers.headers()).toEqual({
        host: bracketed,
        "user-agent": "wan-failover",
        accept: "*/*",
        "accept-encoding": "identity",
        connection: "close",
      });
    });

    test("that nobody serves is no answer", async () => {
      expect(await probe(family, page(host, "/", { port: 7999 }))).toEqual(failed("ECONNREFUSED"));
    });

    test("by https is no answer where the certificate isn't the server's", async () => {
      servers.answerDns((query) => [dnsAnswer(query, { addresses: [octets] })]);
      const outcome = await probe(family, page(NAMED, "/204", secure), [PEER[family].address]);
      expect(outcome).toEqual(failed("its certificate can't be trusted (DEPTH_ZERO_SELF_SIGNED_CERT)"));
      expect(servers.paths).toEqual([]);
      await until(() => servers.connections().open === 0);
    });

    test("by https from a server that speaks no TLS is no answer", async () => {
      expect(await probe(family, page(host, "/204", { secure: true }))).toEqual(failed(expect.stringMatching(/^E/)));
    });
  });

  describe("a name", () => {
    const resolver = PEER[family].address;

    test("is looked up once, through the uplink", async () => {
      servers.answerDns((query) => [dnsAnswer(query, { addresses: [octets] })]);
      const prober = open(family);
      for (const seq of [1, 2, 3]) prober.send({ seq, target: tcp(NAMED), resolvers: [resolver] });
      await until(() => ends.length === 3);
      prober.send({ seq: 4, target: tcp(NAMED), resolvers: [resolver] });
      await until(() => ends.length === 4);
      expect(ends.map(({ outcome }) => outcome)).toEqual([ANSWERED, ANSWERED, ANSWERED, ANSWERED]);
      expect(servers.queries()).toBe(1);
    });

    test("is asked of the next server where one is silent or unable", async () => {
      let asked = 0;
      servers.answerDns((query) => {
        asked += 1;
        return [dnsAnswer(query, asked === 1 ? { code: 2 } : { addresses: [octets] })];
      });
      expect(await probe(family, tcp(NAMED), [BLACKHOLE[family], resolver, resolver])).toEqual(ANSWERED);
      expect(asked).toBe(2);
    });

    test("that has no address in the family, or doesn't exist, fails with that reason", async () => {
      servers.answerDns((query) => [dnsAnswer(query, { code: 3 })]);
      const error = "detect.example.net has no address in this family";
      expect(await probe(family, tcp(NAMED), [resolver])).toEqual(failed(error));
    });

    test("that nobody resolves fails with that reason, and is asked again with the next probe", async () => {
      const error = "nobody answered who detect.example.net is";
      servers.answerDns((query) => [dnsAnswer(query, { code: 5 })]);
      const prober = open(family);
      prober.send({ seq: 1, target: tcp(NAMED), resolvers: [resolver] });
      await until(() => ends.length === 1);
      expect(ends[0]?.outcome).toEqual(failed(error));
      servers.answerDns((query) => [dnsAnswer(query, { addresses: [octets] })]);
      prober.send({ seq: 2, target: tcp(NAMED), resolvers: [resolver] });
      await until(() => ends.length === 2);
      expect(ends[1]?.outcome).toEqual(ANSWERED);
    });
  });

  test("after close nothing is heard, and no connection stays", async () => {
    const prober = open(family);
    prober.send({ seq: 1, target: page(host, "/silent"), resolvers: [] });
    prober.send({ seq: 2, target: tcp(at(family, BLACKHOLE[family])), resolvers: [] });
    prober.send({ seq: 3, target: tcp(NAMED), resolvers: [BLACKHOLE[family]] });
    await until(() => servers.paths.length === 1);
    prober.close();
    await until(() => servers.connections().open === 0);
    await sleep(50);
    expect(ends).toEqual([]);
  });
});

test("a host or a page that never answers is given up in time, and no socket is held then", async () => {
  for (const [place, family] of FAMILIES.entries()) {
    const prober = open(family);
    prober.send({ seq: 2 * place, target: tcp(at(family, BLACKHOLE[family])), resolvers: [] });
    prober.send({ seq: 2 * place + 1, target: page(at(family, PEER[family].address), "/silent"), resolvers: [] });
  }
  await sleep(300);
  expect(ends).toEqual([]);
  await until(() => ends.length === 4, 12_000);
  const [silentHost, silentPage] = [failed("ETIMEDOUT"), failed("no answer in time")];
  const outcomes = ends.toSorted((one, other) => one.seq - other.seq).map(({ outcome }) => outcome);
  expect(outcomes).toEqual([silentHost, silentPage, silentHost, silentPage]);
  await until(() => servers.connections().open === 0);
}, 20_000);
