import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeRoute,
  deleteRoute,
  encodeRoute,
  isDefaultRoute,
  listRoutes,
  putRoute,
  type ReportedRoute,
  type RouteMessage,
  routeProtocol,
} from "../../src/codec/route.ts";
import { address, family, index, prefix, u32 } from "./arbitrary.ts";
import { bodyOf, bytesOf, type Dump, type Exchange, loadCapture, messageOf } from "./captured.ts";

const dump = loadCapture<Dump>("rtnetlink-dump");
const { requests } = loadCapture<{ requests: Record<string, Exchange> }>("rtnetlink-request");

const base = {
  table: 254,
  destination: "default",
  metric: 1,
  protocol: 87,
  type: "unicast",
  source: null,
  expiresInMs: null,
} as const;
const hop = { gateway: null, link: 3, weight: 1, onlink: false };
const unreachable = { ...base, metric: 9, type: "unreachable", hops: [] } as const;

/** What `ip` was told, by the name of the capture. */
const expected: Record<string, RouteMessage> = {
  "default-v4": { ...base, family: "ipv4", hops: [{ ...hop, gateway: "203.0.113.1" }] },
  "default-v6": { ...base, family: "ipv6", hops: [{ ...hop, gateway: "2001:db8:a::1" }] },
  "link-local-v6": { ...base, family: "ipv6", table: 8701, hops: [{ ...hop, gateway: "fe80::1" }] },
  "point-to-point-v4": { ...base, family: "ipv4", metric: 2, hops: [{ ...hop, link: 6 }] },
  "multipath-v4": {
    ...base,
    family: "ipv4",
    metric: 3,
    hops: [
      { ...hop, gateway: "203.0.113.1", weight: 3 },
      { ...hop, gateway: "198.51.100.1", link: 5, onlink: true },
    ],
  },
  "multipath-v6": {
    ...base,
    family: "ipv6",
    metric: 3,
    hops: [
      { ...hop, gateway: "2001:db8:a::1", weight: 2 },
      { ...hop, gateway: "fe80::2", link: 5 },
    ],
  },
  "onlink-v4": {
    ...base,
    family: "ipv4",
    destination: "192.168.5.0/24",
    source: "203.0.113.2",
    hops: [{ ...hop, gateway: "192.0.2.1", onlink: true }],
  },
  "unreachable-v4": { ...unreachable, family: "ipv4" },
  "unreachable-v6": { ...unreachable, family: "ipv6" },
  "other-family-gateway": {
    ...base,
    family: "ipv4",
    destination: "10.9.0.0/16",
    hops: [{ ...hop, gateway: "fe80::9" }],
  },
  "expiring-v6": {
    ...base,
    family: "ipv6",
    metric: 1024,
    protocol: 9,
    expiresInMs: 1_800_000,
    hops: [{ ...hop, gateway: "fe80::7" }],
  },
};

/** What a request says, without what only the kernel can add. */
const asked = (route: ReportedRoute | null): unknown => {
  if (route === null) return null;
  const { selective, hops, ...rest } = route;
  return { ...rest, hops: hops.map(({ linkDown, dead, ...asked }) => asked) };
};

const way = ({ gateway, link, weight, onlink, linkDown }: ReportedRoute["hops"][number]): string =>
  [gateway ?? "direct", `link ${link}`, weight > 1 && `weight ${weight}`, onlink && "onlink", linkDown && "linkdown"]
    .filter(Boolean)
    .join(" ");

const row = (route: ReportedRoute | null): string => {
  if (route === null) return "none";
  const ways = route.hops.length === 0 ? route.type : route.hops.map(way).join(" + ");
  return `${route.destination} ${ways} metric ${route.metric} protocol ${route.protocol}${route.selective ? " selective" : ""}`;
};

describe("routes", () => {
  test("of IPv4 are read as the kernel lists them", () => {
    expect(dump.routesIPv4.map((route) => row(decodeRoute(bodyOf(route))))).toEqual([
      "default 203.0.113.1 link 3 metric 1 protocol 87",
      "default direct link 6 linkdown metric 2 protocol 87",
      "default 203.0.113.1 link 3 weight 3 + 198.51.100.1 link 5 onlink linkdown metric 3 protocol 87",
      "default unreachable metric 9 protocol 87",
      "10.9.0.0/16 fe80::9 link 3 metric 1 protocol 87",
      "10.64.0.1/32 direct link 6 linkdown metric 0 protocol 2",
      "192.0.2.0/24 other metric 0 protocol 3",
      "192.168.5.0/24 192.0.2.1 link 3 onlink metric 1 protocol 87",
      "198.51.100.0/24 direct link 5 linkdown metric 0 protocol 2",
      "203.0.113.0/30 direct link 3 metric 0 protocol 2",
    ]);
  });

  test("of IPv6 are read as the kernel lists them", () => {
    const [selective, ...rest] = dump.routesIPv6.map((route) => row(decodeRoute(bodyOf(route))));
    expect(selective).toBe("default fe80::1 link 3 metric 77 protocol 3 selective");
    expect(rest.slice(-4)).toEqual([
      "default 2001:db8:a::1 link 3 metric 1 protocol 87",
      "default 2001:db8:a::1 link 3 weight 2 + fe80::2 link 5 linkdown metric 3 protocol 87",
      "default unreachable metric 9 protocol 87",
      "default fe80::7 link 3 metric 1024 protocol 9",
    ]);
  });

  test("the kernel counts down to a route's end in hundredths of a second", () => {
    const last = decodeRoute(bodyOf(dump.routesIPv6.at(-1) ?? ""));
    expect(last?.expiresInMs).toBeGreaterThan(1_790_000);
    expect(last?.expiresInMs).toBeLessThanOrEqual(1_800_000);
  });

  test.each(Object.entries(expected))("iproute2 asks for %s in words that say the same as ours", (name, route) => {
    const { type, flags, body } = messageOf(requests[name]?.request ?? "");
    const ours = putRoute(route);
    expect(asked(decodeRoute(body))).toEqual(route);
    expect(asked(decodeRoute(ours.body))).toEqual(route);
    expect([ours.type, ours.flags | 5]).toEqual([type, flags]);
  });

  test("come back as they were written", () => {
    const hopOf = (of: "ipv4" | "ipv6") =>
      fc.record({
        gateway: fc.option(fc.oneof(address(of), address("ipv6"))),
        link: index,
        weight: fc.integer({ min: 1, max: 256 }),
        onlink: fc.boolean(),
      });
    const route = family.chain((of) =>
      fc
        .record({
          family: fc.constant(of),
          table: fc.integer({ min: 1, max: 0xffffffff }),
          destination: fc.oneof(fc.constant("default"), prefix(of)),
          metric: u32,
          protocol: fc.nat(255),
          hops: fc.array(hopOf(of), { maxLength: 4 }),
          source: fc.option(address(of)),
          expiresInMs: fc.option(fc.nat(1_000_000).map((seconds) => seconds * 1000)),
        })
        .map(({ hops, ...rest }): RouteMessage => {
          const single = hops.length === 1 ? hops.map((only) => ({ ...only, weight: 1 })) : hops;
          return { ...rest, hops: single, type: hops.length === 0 ? "unreachable" : "unicast" };
        }),
    );
    fc.assert(fc.property(route, (one) => void expect(asked(decodeRoute(encodeRoute(one)))).toEqual(one)));
  });

  test("whatever comes, it is decoded or refused as malformed", () => {
    const start = fc.constantFrom(...dump.routesIPv4, ...dump.routesIPv6).map(bodyOf);
    const damage = fc.record({ start, at: fc.nat(200), octet: fc.nat(255), length: fc.nat(200) });
    fc.assert(
      fc.property(damage, ({ start: body, at, octet, length }) => {
        const damaged = body.slice(0, length);
        if (at < damaged.length) damaged[at] = octet;
        try {
          decodeRoute(damaged);
        } catch (error) {
          expect(error).toHaveProperty("code", "malformed-message");
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("a glance tells default routes and the protocol", () => {
    const bodies = dump.routesIPv4.map(bodyOf);
    expect(bodies.filter(isDefaultRoute)).toHaveLength(4);
    expect(bodies.filter((body) => routeProtocol(body) === 87)).toHaveLength(6);
  });

  test("those of MPLS are passed over", () => {
    expect(decodeRoute(bytesOf("1c14000000000001000000000000"))).toBeNull();
  });

  test("a deletion leaves the scope open and carries no lifetime", () => {
    const route = { ...base, family: "ipv4", expiresInMs: 5000, hops: [hop] } as const;
    const { body, flags } = deleteRoute(route);
    expect(body[6]).toBe(255);
    expect(flags).toBe(0);
    expect(decodeRoute(body)?.expiresInMs).toBeNull();
  });

  test("a dump may be narrowed to a table and a protocol", () => {
    const { body } = listRoutes({ family: "ipv6", table: 8701, protocol: 87 });
    expect(decodeRoute(body)).toMatchObject({ family: "ipv6", table: 8701, protocol: 87 });
  });

  test("a gateway that is no address is refused", () => {
    expect(() => encodeRoute({ ...base, family: "ipv4", hops: [{ ...hop, gateway: "nowhere" }] })).toThrow("nowhere");
  });
});
