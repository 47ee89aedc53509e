import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readShell } from "../../src/import/shell.ts";

/** `A="x" B=?`: what is set, in order. */
const told = (text: string): readonly string[] =>
  readShell(text).assignments.map(({ name, value, why }) => `${name}=${value ?? `? ${why}`}`);

test.each<[string, string[]]>([
  ['A="b c"', ["A=b c"]],
  ["A='b $C `d` \\'", ["A=b $C `d` \\"]],
  ["A=b # c", ["A=b"]],
  ["A=b#c", ["A=b#c"]],
  ["#A=b\n  # A=c\nA=d", ["A=d"]],
  ["A=b\"c d\"'e f'g", ["A=bc de fg"]],
  ['A="b\\"c\\\\d\\e"', ['A=b"c\\d\\e']],
  ['A="b \\\n  c"', ["A=b   c"]],
  ["A=b\\\nc", ["A=bc"]],
  ['A="b\nc"', ["A=b\nc"]],
  ["A=1; B=2 C=3", ["A=1", "B=2", "C=3"]],
  ["export A=1\r\nreadonly B=2\r\n", ["A=1", "B=2"]],
  [`A=x\nB="$A \${A}y $C."`, ["A=x", "B=x xy ."]],
  ["A=", ["A="]],
  ["A='b' command", []],
  ["lower=1\n1A=2\nA.B=3", ["lower=1"]],
  ["cat <<EOF\nA=1\nEOF\nB=2", ["B=2"]],
])("%j sets what the shell would set", (text, expected) => {
  expect(told(text)).toEqual(expected);
});

test.each<[string, string]>([
  ['A="$(reboot)"', "would have to be run: $(reboot)"],
  ["A=`reboot`", "would have to be run: `reboot`"],
  ['A="x$(echo "a) b" (c))y"', 'would have to be run: $(echo "a) b" (c))'],
  [`A=\${B:-reboot}`, `would have to be run: \${B:-reboot}`],
  ["A=$1", "would have to be run: $1"],
  ["A=$((1 + 1))", "would have to be run: $((1 + 1))"],
  ["if true; then\n A=1\nfi", "is set under a condition"],
  ["case $x in\n a) y ;;\n b)\n A=1\n ;; esac", "is set under a condition"],
  ["f() {\n A=1\n}", "is set under a condition"],
  ["[ -f x ] && A=1", "is set under a condition"],
  ["[ -f x ] ||\n A=1", "is set under a condition"],
  ['A="b', "has a quote that is never closed"],
])("%j isn't run, and its value is left unknown", (text, why) => {
  expect(told(`${text}\n`)).toContain(`A=? ${why}`);
});

test("after a condition has ended, assignments count again", () => {
  expect(told("if a; then\n A=1\nfi\nfor x in 1; do B=1; done\ng() { C=1; }\nD=1")).toEqual([
    "A=? is set under a condition",
    "D=1",
  ]);
});

test("commands are named with their lines, and so is a quote that is never closed", () => {
  const { skipped, openQuote } = readShell("\n. /etc/rc.conf\nA=1\nrm -rf /tmp/x; echo 'x\n");
  expect(skipped.map(({ word, line }) => `${line} ${word}`)).toEqual(["2 .", "4 rm", "4 echo"]);
  expect(openQuote).toBe(4);
});

test("a value can't grow beyond bounds by naming itself", () => {
  const doubling = `A=xxxxxxxxxxxxxxxx\n${"A=$A$A$A$A$A$A$A$A\n".repeat(100)}B="${"$A".repeat(100_000)}"`;
  const { assignments } = readShell(doubling);
  expect(Math.max(...assignments.map(({ value }) => value?.length ?? 0))).toBeLessThanOrEqual(4096);
});

const PIECES = [
  '"',
  "'",
  "\\",
  "`",
  "$",
  "$(",
  "${",
  "(",
  ")",
  "{",
  "}",
  "<<",
  "#",
  "\n",
  " ",
  ";",
  "&",
  "|",
  "if ",
  "fi",
  "A=",
  "x",
];

test("nothing hangs it or makes it throw, and hostile megabytes take no time", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }), (pieces) => {
      readShell(pieces.join(""));
    }),
    { numRuns: 2000 },
  );
  const before = process.cpuUsage();
  for (const piece of PIECES) readShell(piece.repeat(300_000 / piece.length));
  readShell("A=1 <<x\n".repeat(40_000));
  readShell('A="$('.repeat(60_000));
  expect(process.cpuUsage(before).user / 1e3).toBeLessThan(8000);
});

/** What the real shell makes of a text in which nothing can be run. */
const realShell = (text: string): string | null => {
  const { status, stdout } = spawnSync("/bin/sh", ["-c", `${text}\nprintf '%s|' "$A" "$B"`], {
    env: { PATH: "/nowhere" },
    encoding: "utf8",
  });
  return status === 0 ? stdout : null;
};

const word = fc
  .array(fc.constantFrom("x", "y z", " ", '"', "'", "\\", "#", "$A", "$B", `\${A}`, "\\\n", "\n", "=", ".", "$"), {
    maxLength: 8,
  })
  .map((pieces) => pieces.join(""));

test("what it says a variable holds, the machine's own shell says too", () => {
  let compared = 0;
  fc.assert(
    fc.property(word, word, word, (a, b, c) => {
      const text = `A="${a}"\nB=${b}\nA=$B'${c}'`;
      const { assignments, skipped, openQuote } = readShell(text);
      const real = realShell(text);
      if (real === null || openQuote !== null || skipped.length > 0 || assignments.some(({ value }) => value === null))
        return;
      const last = (name: string): string => assignments.findLast((one) => one.name === name)?.value ?? "";
      compared += 1;
      expect(`${last("A")}|${last("B")}|`).toBe(real);
    }),
    { numRuns: 200 },
  );
  expect(compared).toBeGreaterThan(30);
});
