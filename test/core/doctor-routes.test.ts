import { describe, expect, test } from "vitest";
import { dualStack, FIBER, findings, found, healthy, LTE, link, route, rule } from "../fake/machine-facts.ts";

const TUNNEL = 7;
const links = [...healthy.links, link(TUNNEL, "tun0", { pointToPoint: true, kind: "wireguard" })];

const withRoutes = (...routes: ReturnType<typeof route>[]) => ({ links, routes: [...healthy.routes, ...routes] });
const withRules = (...rules: ReturnType<typeof rule>[]) => ({ links, rules: [...healthy.rules, ...rules] });

describe("default routes of others", () => {
  test("metric 0 through an uplink is adopted: a note", () => {
    const zero = route("default", { link: FIBER, gateway: "203.0.113.1" }, { metric: 0, protocol: 3 });
    expect(found(withRoutes(zero))).toEqual(["note default-metric-zero"]);
  });

  test("metric 0 through a tunnel outranks ours", () => {
    const vpn = route("default", { link: TUNNEL }, { metric: 0, protocol: 4 });
    expect(found(withRoutes(vpn))).toEqual(["warning default-outranks-ours"]);
    expect(findings(withRoutes(vpn))[0]?.remedy).toBe(
      "ip route add default dev tun0 metric 1000 && ip route del default dev tun0 metric 0",
    );
  });

  test("a metric of ours is adopted from an uplink and collides from elsewhere", () => {
    const learned = route("default", { link: LTE, gateway: "198.51.100.1" }, { metric: 2 });
    expect(found(withRoutes(learned))).toEqual(["note default-in-our-metrics"]);
    expect(found(withRoutes(route("default", { link: TUNNEL }, { metric: 1 })))).toEqual(["warning metric-collision"]);
    expect(found(withRoutes(route("default", { link: TUNNEL }, { metric: 50 })))).toEqual([]);
  });

  test("an advertised one with a metric of ours can't be adopted, since it renews itself", () => {
    const routes = dualStack.routes.map((one) =>
      one.family === "ipv6" && one.metric === 1024 ? { ...one, metric: 1 } : one,
    );
    expect(found({ routes }, dualStack)).toEqual(["warning metric-collision"]);
    expect(findings({ routes }, dualStack)[0]?.remedy).toBe("sysctl -w net/ipv6/conf/eth0/ra_defrtr_metric=1024");
  });

  test("halves of the address space stand in front of every default", () => {
    const halves = ["0.0.0.0/1", "128.0.0.0/1"].map((half) => route(half, { link: LTE, gateway: "198.51.100.1" }));
    expect(found(withRoutes(...halves))).toEqual(["warning route-before-default"]);
    const [finding] = findings(withRoutes(...halves));
    expect(finding?.title).toBe("Traffic to 0.0.0.0/1 and 128.0.0.0/1 always takes wwan0");
    expect(finding?.remedy).toContain("ip route del 128.0.0.0/1 via 198.51.100.1 dev wwan0 metric 100");
  });

  test("ours are no findings", () => {
    const ours = route("default", { link: FIBER, gateway: "203.0.113.1" }, { metric: 1, protocol: 87 });
    expect(found(withRoutes(ours, { ...ours, table: 8701 }))).toEqual([]);
  });
});

describe("targets", () => {
  test("a target with a route of its own is named once, with the route to delete", () => {
    const pin = route("8.8.8.8/32", { link: FIBER, gateway: "203.0.113.1" }, { protocol: 3, metric: 0 });
    expect(found(withRoutes(pin))).toEqual(["warning target-pinned"]);
    expect(findings(withRoutes(pin))[0]?.remedy).toBe("ip route del 8.8.8.8/32 via 203.0.113.1 dev eth0 metric 0");
  });

  test("a network around two targets is one finding", () => {
    const pin = route("8.0.0.0/5", { link: TUNNEL });
    expect(findings(withRoutes(pin))[0]?.title).toMatch(/^8\.8\.8\.8 and 9\.9\.9\.9 are targets/);
    expect(found(withRoutes(pin))).toEqual(["warning target-pinned"]);
  });

  test("another network is none", () => {
    expect(found(withRoutes(route("8.8.4.0/24", { link: TUNNEL })))).toEqual([]);
  });
});

describe("tables and rules", () => {
  test("routes of others in a table of ours are an error", () => {
    const theirs = route("10.9.0.0/16", { link: TUNNEL }, { table: 8702 });
    expect(found(withRoutes(theirs))).toEqual(["error table-taken"]);
    expect(found(withRoutes({ ...theirs, table: 8732 }))).toEqual([]);
  });

  test("rule priorities of ours", () => {
    expect(found(withRules(rule({ priority: 19027, table: 5, general: false })))).toEqual([
      "warning rule-priority-taken",
    ]);
    expect(found(withRules(rule({ priority: 19028, table: 5, general: false })))).toEqual([]);
    expect(found(withRules(rule({ priority: 18700, protocol: 87, mark: 0x1000000, mask: 0x1f000000 })))).toEqual([]);
  });

  test("a rule that asks for all bits of a mark gets a narrower mask, unless its mark is in ours", () => {
    const whole = rule({ mark: 1, mask: 0xffffffff, general: false });
    expect(findings(withRules(whole))[0]).toMatchObject({
      code: "rule-mark-overlap",
      remedy: "Let its maker ask for fewer bits: fwmark 0x1/0xc0ffffff",
    });
    const ours = rule({ mark: 0x01000000, mask: 0xff000000, general: false });
    expect(findings(withRules(ours))[0]?.title).toContain("which has bits that are ours");
    expect(found(withRules(rule({ mark: 0x80000, mask: 0xff0000, general: false })))).toEqual([]);
    const allButItsOwn = rule({ mark: 0xca6c, mask: 0xffffffff, general: true });
    expect(found(withRules(allButItsOwn))).toEqual([]);
    expect(found(withRules({ ...allButItsOwn, mark: 0x0100ca6c }))).toEqual(["warning rule-mark-overlap"]);
  });

  test("a full tunnel by a rule is told apart from tables without a default and from those of uplinks", () => {
    const vpn = rule({ priority: 32764, table: 51820, mark: 0xca6c, mask: 0xff00ffff >>> 0, general: true });
    const narrow = { ...vpn, mask: 0xffff };
    const out = route("default", { link: TUNNEL }, { table: 51820 });
    expect(found({ ...withRules(narrow), ...withRoutes(out) })).toEqual(["warning rule-before-main"]);
    expect(found(withRules(narrow))).toEqual([]);
    const byUplink = route("default", { link: LTE, gateway: "198.51.100.1" }, { table: 51820 });
    expect(found({ ...withRules(narrow), ...withRoutes(byUplink) })).toEqual([]);
    expect(found({ ...withRules({ ...narrow, general: false }), ...withRoutes(out) })).toEqual([]);
  });
});
