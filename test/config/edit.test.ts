import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { difference } from "../../src/config/document/difference.ts";
import { HIDDEN, hidePassword } from "../../src/config/document/hidden.ts";
import { mergeValue } from "../../src/config/document/merge.ts";
import { hideSecrets, restoreSecrets } from "../../src/config/document/secrets.ts";

const TEXT = `# my router
uplinks:
  # the good one
  - name: fiber # since 2019
    interface: eth0
    targets: [1.1.1.1, 8.8.8.8] # both answer
  - { name: lte, interface: wwan0, metered: true }

# patience
failover:
  holdAfterFailover: 10m # AstLinux's
`;

const changed = (change: (value: ReturnType<typeof parse>) => void): string => {
  const value = parse(TEXT);
  change(value);
  const text = mergeValue(TEXT, value);
  expect(parse(text)).toEqual(value);
  return text;
};

test("a value that says the same leaves the text as it is, to the letter", () => {
  expect(changed(() => {})).toBe(TEXT);
});

test("a changed value keeps the comments, and all other lines", () => {
  const text = changed((value) => {
    value.failover.holdAfterFailover = "5m";
    value.uplinks[1].interface = "wwan1";
    value.uplinks[0].targets[1] = "9.9.9.9";
  });
  expect(text).toBe(TEXT.replace("10m", "5m").replace("wwan0", "wwan1").replace("8.8.8.8", "9.9.9.9"));
});

test("entries that change places take their comments along, and a new one has none", () => {
  const text = changed((value) => {
    value.uplinks = [value.uplinks[1], { name: "dsl", interface: "eth1" }, value.uplinks[0]];
  });
  expect(text.indexOf("name: lte")).toBeLessThan(text.indexOf("name: dsl"));
  expect(text).toMatch(/# the good one\n {2}- name: fiber # since 2019/);
});

test("what is removed is gone, and what is new is written", () => {
  const text = changed((value) => {
    delete value.failover;
    value.log = { level: "debug" };
  });
  expect(text).not.toContain("holdAfterFailover");
});

test("a text that is no YAML is written anew", () => {
  expect(parse(mergeValue("{{{", { log: { level: "info" } }))).toEqual({ log: { level: "info" } });
  expect(parse(mergeValue("", { a: [1] }))).toEqual({ a: [1] });
});

test("single values are put in the place of others, whatever they are", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)), (one) => {
      const text = changed((value) => {
        value.uplinks[0].targets[0] = one;
        value.uplinks[1].name = one;
        value.failover.holdAfterFailover = one;
      });
      expect(text).toContain("# both answer");
    }),
    { numRuns: 300 },
  );
});

test("whatever the value, the text says it", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), (value) => {
      const plain = JSON.parse(JSON.stringify(value));
      expect(parse(mergeValue(TEXT, plain)) ?? {}).toEqual(plain);
    }),
    { numRuns: 200 },
  );
});

const SECRET = `notify:
  email: { to: [a@b.c], relay: "smtp://wan:hunter2@mail.example.net:587" } # mail
  other: smtp://mail.example.net
`;

test("a password in an address is hidden, nothing else is touched, and it comes back", () => {
  const hidden = hideSecrets(SECRET) ?? "";
  expect(hidden).toBe(SECRET.replace("hunter2", HIDDEN));
  expect(restoreSecrets(hidden, SECRET)).toBe(SECRET);
});

test("a new password is taken, and a hidden one follows nobody elsewhere", () => {
  const hidden = hideSecrets(SECRET) ?? "";
  expect(restoreSecrets(hidden.replace(HIDDEN, "new"), SECRET)).toContain("smtp://wan:new@");
  expect(restoreSecrets(hidden.replace("mail.example.net:587", "evil.example"), SECRET)).not.toContain("hunter2");
  expect(restoreSecrets(hidden.replace("relay", "elsewhere"), SECRET)).not.toContain("hunter2");
});

test.each([
  ["smtp://u:p@ss@h:25", "smtp://u:********@h:25"],
  ["smtp://me@example.net:pw@h", "smtp://me@example.net:********@h"],
  ["https://example.net:8080/@x", "https://example.net:8080/@x"],
  ["tcp://1.1.1.1:443", "tcp://1.1.1.1:443"],
])("%s is shown as %s", (text, shown) => {
  expect(hidePassword(text)).toBe(shown);
});

test("what isn't YAML is not shown at all", () => {
  expect(hideSecrets("a: [smtp://u:p@h")).toBeNull();
  expect(hideSecrets("[".repeat(50_000))).toBeNull();
});

test("a difference names each line that goes or comes, with what is around it", () => {
  const lines = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`);
  const after = lines.with(9, "new");
  expect(difference(lines.join("\n"), after.join("\n"))).toEqual([
    ...[7, 8, 9].map((line) => ({ kind: "same", line, text: `line ${line}` })),
    { kind: "removed", line: 10, text: "line 10" },
    { kind: "added", line: 10, text: "new" },
    ...[11, 12, 13].map((line) => ({ kind: "same", line, text: `line ${line}` })),
  ]);
  expect(difference("a\nb", "a\nb")).toEqual([]);
});

test("a difference leads from the one text to the other, whatever they are", () => {
  const text = fc.array(fc.constantFrom("a", "b", "c", ""), { maxLength: 12 });
  fc.assert(
    fc.property(text, text, (old, now) => {
      const changes = difference(old.join("\n"), now.join("\n"));
      const removed = changes.filter(({ kind }) => kind === "removed");
      const added = changes.filter(({ kind }) => kind === "added");
      const [before, after] = [old.join("\n").split("\n"), now.join("\n").split("\n")];
      for (const { line, text: one } of removed) expect(before[line - 1]).toBe(one);
      for (const { line, text: one } of added) expect(after[line - 1]).toBe(one);
      const kept = before.filter((_, index) => !removed.some(({ line }) => line === index + 1));
      expect(after.filter((_, index) => !added.some(({ line }) => line === index + 1))).toEqual(kept);
    }),
  );
});
