import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Address,
  ALL_TRAFFIC,
  type Edit,
  type KernelState,
  PROTOCOL,
  type Route,
  type Rule,
} from "../../src/core/kernel/kernel.ts";
import { applyEdits, describeEdit, type LoadedFirewall, plan } from "../../src/core/kernel/plan.ts";
import { adopted, type Wanted } from "../../src/core/kernel/wanted.ts";
import { address, foreignDefault, hop, kernelState, link } from "../fake/kernel-state.ts";
import { editKernel, type FakeKernel, readKernel } from "../sim/kernel.ts";

const NOTHING: Wanted = {
  switchedOff: [],
  addresses: [],
  routes: [],
  rules: [],
  displaced: [],
  shapers: [],
  sysctls: {},
  firewall: null,
};
const EMPTY = kernelState({ routes: [], sysctls: {} });

const ours = (table: number, metric: number, hops: Route["hops"]): Route =>
  foreignDefault("ipv4", hops, {
    table,
    metric,
    protocol: PROTOCOL,
    type: hops.length === 0 ? "unreachable" : "unicast",
  });

const rule = (priority: number, changes: Partial<Rule> = {}): Rule => ({
  family: "ipv4",
  priority,
  protocol: PROTOCOL,
  select: { mark: 0x0100_0000, mask: 0x1f00_0000 },
  table: 8701,
  suppressPrefixLength: null,
  ...changes,
});

const FIBER = ours(254, 1, [hop(3, "203.0.113.1")]);
const LTE = ours(254, 1, [hop(4, "198.51.100.1")]);

describe("a plan", () => {
  test("is empty where nothing differs", () => {
    const actual = kernelState({ routes: [FIBER], rules: [rule(18_700)], sysctls: { a: "1" }, firewall: "listing" });
    const wanted = { ...NOTHING, routes: [FIBER], rules: [rule(18_700)], sysctls: { a: "1" }, firewall: "ruleset" };
    expect(plan(wanted, actual, { ruleset: "ruleset", listing: "listing" })).toEqual([]);
  });

  test("knows a rule for all traffic with a mark again, however it is said", () => {
    const select = { mark: 0x100, mask: 0x1f00_ff00 };
    const wanted = { ...NOTHING, rules: [rule(18_900, { select: { ...select, traffic: ALL_TRAFFIC } })] };
    expect(plan(wanted, kernelState({ routes: [], rules: [rule(18_900, { select })], sysctls: {} }), null)).toEqual([]);
  });

  test("replaces a route by one edit", () => {
    expect(plan({ ...NOTHING, routes: [LTE] }, { ...EMPTY, routes: [FIBER] }, null)).toEqual([
      { kind: "put-route", route: LTE },
    ]);
  });

  test("puts before it deletes", () => {
    const wanted = { ...NOTHING, routes: [LTE], rules: [rule(18_704)] };
    const actual = { ...EMPTY, routes: [ours(8701, 1, FIBER.hops)], rules: [rule(18_700)] };
    expect(plan(wanted, actual, null).map(({ kind }) => kind)).toEqual([
      "put-route",
      "put-rule",
      "delete-rule",
      "delete-route",
    ]);
  });

  test("leaves what is not ours", () => {
    expect(plan(NOTHING, kernelState({ sysctls: {} }), null)).toEqual([]);
  });

  test("removes a second route of ours beside the wanted one", () => {
    expect(plan({ ...NOTHING, routes: [FIBER] }, { ...EMPTY, routes: [FIBER, LTE] }, null)).toEqual([
      { kind: "delete-route", route: LTE },
    ]);
  });

  test("deletes a displaced route only when its copy is there", () => {
    const foreign = foreignDefault("ipv4", [hop(3, "203.0.113.1")], { metric: 0 });
    const wanted = { ...NOTHING, routes: [adopted(foreign)], displaced: [foreign] };
    expect(plan(wanted, { ...EMPTY, routes: [foreign] }, null)).toEqual([
      { kind: "put-route", route: adopted(foreign) },
    ]);
    expect(plan(wanted, { ...EMPTY, routes: [foreign, adopted(foreign)] }, null)).toEqual([
      { kind: "delete-route", route: foreign },
    ]);
  });

  test("takes the metric of a foreign route only when that has its copy", () => {
    const foreign = foreignDefault("ipv4", [hop(3, "203.0.113.1")], { metric: 1 });
    const wanted = { ...NOTHING, routes: [adopted(foreign), LTE], displaced: [foreign] };
    expect(plan(wanted, { ...EMPTY, routes: [foreign] }, null)).toEqual([
      { kind: "put-route", route: adopted(foreign) },
    ]);
    expect(plan(wanted, { ...EMPTY, routes: [foreign, adopted(foreign)] }, null)).toEqual([
      { kind: "put-route", route: LTE },
      { kind: "delete-route", route: foreign },
    ]);
  });

  test.each<[string, string | null, LoadedFirewall | null, boolean]>([
    ["was never loaded", "listing", null, true],
    ["was loaded with another ruleset", "listing", { ruleset: "old", listing: "listing" }, true],
    ["is as we left it", "listing", { ruleset: "new", listing: "listing" }, false],
    ["was changed", "changed", { ruleset: "new", listing: "listing" }, true],
    ["is gone", null, { ruleset: "new", listing: "listing" }, true],
    ["is gone before anybody listed it", null, { ruleset: "new", listing: null }, true],
    ["was loaded and never listed", "listing", { ruleset: "new", listing: null }, false],
  ])("loads the firewall table where it %s", (_, firewall, loaded, loads) => {
    const edits = plan({ ...NOTHING, firewall: "new" }, { ...EMPTY, firewall }, loaded);
    expect(edits).toEqual(loads ? [{ kind: "load-firewall", ruleset: "new" }] : []);
  });

  test("removes a firewall table that is not wanted", () => {
    expect(plan(NOTHING, { ...EMPTY, firewall: "listing" }, null)).toEqual([{ kind: "delete-firewall" }]);
  });
});

test.each<[Edit, string]>([
  [{ kind: "put-route", route: FIBER }, "ipv4 default via 203.0.113.1 on link 3 table 254 metric 1"],
  [{ kind: "delete-route", route: ours(254, 1, []) }, "without ipv4 default unreachable table 254 metric 1"],
  [{ kind: "put-rule", rule: rule(18_700) }, "ipv4 rule 18700 to table 8701"],
  [{ kind: "delete-rule", rule: rule(18_700) }, "without ipv4 rule 18700 to table 8701"],
  [{ kind: "set-sysctl", name: "net/ipv4/ip_forward", value: "1" }, "net/ipv4/ip_forward = 1"],
  [{ kind: "load-firewall", ruleset: "" }, "the nft table inet wan_failover"],
  [{ kind: "delete-firewall" }, "without the nft table inet wan_failover"],
])("an edit in words, %#", (edit, words) => {
  expect(describeEdit(edit)).toBe(words);
});

const anyHops = fc.uniqueArray(
  fc.record({ link: fc.constantFrom(3, 4, 5), gateway: fc.constantFrom("192.0.2.1", "192.0.2.9", null) }),
  { selector: ({ link: index }) => index, maxLength: 2 },
);

const anyRoute = (protocol: number): fc.Arbitrary<Route> =>
  fc
    .record({
      family: fc.constantFrom("ipv4" as const, "ipv6" as const),
      table: protocol === PROTOCOL ? fc.constantFrom(254, 8701, 8702) : fc.constant(254),
      metric: protocol === PROTOCOL ? fc.integer({ min: 1, max: 3 }) : fc.constantFrom(0, 100, 200),
      hops: anyHops.filter((hops) => hops.length > 0),
      weight: fc.integer({ min: 1, max: 3 }),
    })
    .filter(({ family, hops }) => family === "ipv4" || hops.length < 2 || hops.every(({ gateway }) => gateway !== null))
    .map(({ hops, weight, ...place }) => ({
      ...foreignDefault("ipv4", []),
      ...place,
      protocol,
      hops: hops.map((one) => hop(one.link, one.gateway, { weight: hops.length > 1 ? weight : 1 })),
    }));

const slotOf = ({ family, table, metric }: Route): string => `${family} ${table} ${metric}`;
const wayOf = ({ family, table, metric, hops }: Pick<Route, "family" | "table" | "metric" | "hops">): string =>
  `${family} ${table} ${metric} ${hops.map((one) => `${one.gateway} ${one.link} ${hops.length > 1 ? one.weight : ""}`)}`;
const anyRoutes = (protocol: number): fc.Arbitrary<Route[]> =>
  fc.uniqueArray(anyRoute(protocol), { selector: slotOf, maxLength: 6 });

const anyRules = fc.uniqueArray(
  fc
    .record({
      priority: fc.integer({ min: 18_700, max: 18_705 }),
      table: fc.constantFrom(254, 8701),
      suppressPrefixLength: fc.constantFrom(null, 0),
      select: fc.constantFrom({ from: "192.0.2.7" }, { mark: 0x0100_0000, mask: 0x1f00_0000 }),
    })
    .map((changes) => rule(18_700, changes)),
  { selector: (one) => JSON.stringify(one) },
);

const anySysctls = fc.dictionary(fc.constantFrom("a", "b"), fc.constantFrom("0", "1"), { noNullPrototype: true });
const anyFirewall = fc.constantFrom(null, "table one", "table two");

const anyAddresses = (protocol: number): fc.Arbitrary<readonly Address[]> =>
  fc.uniqueArray(
    fc
      .record({
        link: fc.constantFrom(3, 4),
        text: fc.constantFrom("10.0.0.2", "10.0.0.3", "2001:db8::2"),
        prefixLength: fc.constantFrom(24, 30),
      })
      .map(({ link: on, text, prefixLength }) => address(on, text, { prefixLength, protocol })),
    { selector: ({ link: on, address: text }) => `${on} ${text}` },
  );

const anyKernel: fc.Arbitrary<FakeKernel> = fc
  .record({
    own: anyRoutes(PROTOCOL),
    foreign: anyRoutes(16),
    rules: anyRules,
    sysctls: anySysctls,
    firewall: anyFirewall,
    addresses: anyAddresses(PROTOCOL),
  })
  .map(({ own, foreign, rules, sysctls, firewall, addresses }) => ({
    links: [3, 4, 5].map((index) => link(index, `eth${index}`, { pointToPoint: true })),
    addresses: [
      ...addresses,
      ...(["ipv4", "ipv6"] as const).flatMap((family) =>
        [3, 4, 5].map((index) => address(index, "192.0.2.7", { family })),
      ),
    ],
    routes: [...own, ...foreign].map(({ expiresInMs: _, ...route }) => ({ ...route, expiresAt: null })),
    rules,
    sysctls: { a: "9", b: "9", ...sysctls },
    firewall,
  }));

const anyWanted = (kernel: FakeKernel): fc.Arbitrary<Wanted> =>
  fc
    .record({
      switchedOff: fc.constant([]),
      shapers: fc.constant([] as const),
      addresses: anyAddresses(PROTOCOL),
      routes: anyRoutes(PROTOCOL),
      rules: anyRules,
      sysctls: anySysctls,
      firewall: anyFirewall,
    })
    .map((wanted) => {
      const displaced = read(kernel).routes.filter((route) => route.protocol !== PROTOCOL && route.metric === 0);
      return { ...wanted, routes: [...displaced.map(adopted), ...wanted.routes], displaced };
    });

const anyCase = anyKernel.chain((kernel) => anyWanted(kernel).map((wanted) => ({ kernel, wanted })));

const read = (kernel: FakeKernel): KernelState => readKernel(kernel, ["a", "b"], 0);
const perform = (kernel: FakeKernel, edits: readonly Edit[]): FakeKernel =>
  edits.reduce((current, edit) => editKernel(current, edit).kernel, kernel);

describe("for any kernel and any wish", () => {
  test("two rounds of planning and editing leave nothing to do", () => {
    fc.assert(
      fc.property(anyCase, ({ kernel, wanted }) => {
        const first = perform(kernel, plan(wanted, read(kernel), null));
        const loaded = wanted.firewall === null ? null : { ruleset: wanted.firewall, listing: first.firewall };
        const second = perform(first, plan(wanted, read(first), loaded));
        expect(plan({ ...wanted, displaced: [] }, read(second), loaded)).toEqual([]);
        for (const route of wanted.displaced) expect(read(second).routes).not.toContainEqual(route);
      }),
    );
  });

  test("what is wanted is there afterwards, and of ours nothing else", () => {
    fc.assert(
      fc.property(anyCase, ({ kernel, wanted }) => {
        const { routes, rules, addresses } = perform(kernel, plan(wanted, read(kernel), null));
        expect(new Set(addresses.filter(({ protocol }) => protocol === PROTOCOL))).toEqual(new Set(wanted.addresses));
        const own = routes.filter(({ protocol }) => protocol === PROTOCOL);
        const expected = wanted.routes.filter(({ protocol }) => protocol === PROTOCOL);
        expect(new Set(own.map(wayOf))).toEqual(new Set(expected.map(wayOf)));
        expect(new Set(rules)).toEqual(new Set(wanted.rules));
      }),
    );
  });

  test("the kernel is afterwards as we think it is", () => {
    fc.assert(
      fc.property(anyCase, ({ kernel, wanted }) => {
        const edits = plan(wanted, read(kernel), null).filter(({ kind }) => !kind.endsWith("-firewall"));
        const expected = applyEdits(read(kernel), edits);
        const actual = read(perform(kernel, edits));
        expect(new Set(actual.routes)).toEqual(new Set(expected.routes));
        expect(new Set(actual.rules)).toEqual(new Set(expected.rules));
        expect(actual.sysctls).toEqual(expected.sysctls);
      }),
    );
  });

  test("foreign routes without a copy survive", () => {
    fc.assert(
      fc.property(anyCase, ({ kernel, wanted }) => {
        const after = perform(kernel, plan(wanted, read(kernel), null));
        for (const route of kernel.routes.filter(({ protocol }) => protocol !== PROTOCOL)) {
          expect(after.routes).toContainEqual(route);
        }
      }),
    );
  });
});
