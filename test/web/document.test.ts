import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Edit, edited, parsed, valueAt } from "../../src/web/setup/document.ts";

const TEXT = `# the house
uplinks:                       # order is preference
  - name: fiber                # the old one
    interface: eth0
    targets: [1.1.1.1,8.8.8.8] # both
  - { name: lte,  interface: wwan0, metered: true }

failover:
  # the neighbours complained
  holdAfterFailover: 5m        # was 10m
`;

const changedLines = (edit: Edit): readonly string[] => {
  const before = new Set(TEXT.split("\n"));
  return edited(TEXT, edit)
    .split("\n")
    .filter((line) => !before.has(line));
};

describe("an edit of the config's text", () => {
  test.each<[string, Edit, readonly string[]]>([
    [
      "replaces a word and keeps the comment beside it",
      { kind: "set", path: ["failover", "holdAfterFailover"], value: "3m" },
      ["  holdAfterFailover: 3m        # was 10m"],
    ],
    [
      "replaces a list",
      { kind: "set", path: ["uplinks", 0, "targets"], value: ["9.9.9.9"] },
      ["    targets: [ 9.9.9.9 ] # both"],
    ],
    ["adds to a group in a list", { kind: "set", path: ["uplinks", 0, "weight"], value: 2 }, ["    weight: 2"]],
    [
      "adds to a group on one line",
      { kind: "set", path: ["uplinks", 1, "weight"], value: 2 },
      ["  - { name: lte,  interface: wwan0, metered: true, weight: 2 }"],
    ],
    [
      "adds a group that isn't there yet",
      { kind: "set", path: ["log", "level"], value: "debug" },
      ["log:", "  level: debug"],
    ],
    [
      "adds a group within a group",
      { kind: "set", path: ["uplinks", 0, "ipv6", "method"], value: "none" },
      ["    ipv6:", "      method: none"],
    ],
    [
      "adds to a list",
      { kind: "set", path: ["uplinks", 2], value: { name: "dsl", interface: "ppp0" } },
      ["  - { name: dsl, interface: ppp0 }"],
    ],
    [
      "quotes what would be something else",
      { kind: "set", path: ["uplinks", 0, "name"], value: "no: way" },
      ['  - name: "no: way"                # the old one'],
    ],
  ])("%s", (_, edit, lines) => {
    expect(changedLines(edit)).toEqual(lines);
  });

  test("removes a line and nothing else", () => {
    const gone = edited(TEXT, { kind: "remove", path: ["uplinks", 0, "interface"] });
    expect(gone).toBe(TEXT.replace("    interface: eth0\n", ""));
  });

  test("changes the order of a list and keeps all comments", () => {
    const moved = edited(TEXT, { kind: "move", path: ["uplinks", 0], by: 1 });
    expect(valueAt(parsed(moved), ["uplinks", 0, "name"])).toBe("lte");
    for (const comment of ["order is preference", "the old one", "both", "was 10m"]) expect(moved).toContain(comment);
  });

  test("begins a config in an empty file", () => {
    expect(parsed(edited("", { kind: "set", path: ["uplinks", 0, "name"], value: "fiber" }))).toEqual({
      uplinks: [{ name: "fiber" }],
    });
  });

  test("always says what was asked for, whatever is set where", () => {
    const key = fc.constantFrom("failover", "name", "targets", "holdAfterFailover", "metered", "nat");
    const groups: fc.Arbitrary<Edit["path"]> = fc.constantFrom(
      [],
      ["failover"],
      ["log"],
      ["new"],
      ["uplinks", 0],
      ["uplinks", 1],
      ["uplinks", 2],
      ["uplinks", 0, "ipv4"],
      ["uplinks", 1, "detection"],
    );
    const path = fc.tuple(groups, key).map(([group, last]) => [...group, last]);
    const value = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.integer(),
      fc.boolean(),
      fc.array(fc.string({ maxLength: 8 }), { maxLength: 3 }),
      fc.dictionary(key, fc.string({ maxLength: 5 }), { maxKeys: 2 }),
    );
    fc.assert(
      fc.property(path, value, (where, what) => {
        const after = edited(TEXT, { kind: "set", path: where, value: what });
        expect(JSON.stringify(valueAt(parsed(after), where))).toBe(JSON.stringify(what));
      }),
      { numRuns: 300 },
    );
  });
});
