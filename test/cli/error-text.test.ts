import { expect, test } from "vitest";
import { errorText, exitCodeOf } from "../../src/cli/error-text.ts";
import { ConfigError } from "../../src/config/mistake/issue.ts";
import { AppError, InvariantError } from "../../src/error.ts";

test("an error is one line that says what to do", () => {
  const error = new AppError("no-daemon", "no daemon answers on /run/x");
  expect(errorText(error, true)).toBe(
    "wan-failover: no daemon answers on /run/x. Start it: `systemctl start wan-failover`, or `wan-failover run`.",
  );
});

test("a refused order speaks for itself", () => {
  expect(errorText(new AppError("order-refused", "lte carries the traffic already."), false)).toBe(
    "wan-failover: lte carries the traffic already.",
  );
});

test("every mistake of a config has a line", () => {
  const issue = { path: "uplinks", line: 1, column: 2, message: "is missing", remedy: "add it" };
  expect(errorText(new ConfigError("/c", [issue, { ...issue, line: 3 }]), false)).toBe(
    "/c:1:2 uplinks: is missing → add it\n/c:3:2 uplinks: is missing → add it",
  );
});

test.each([new InvariantError("two uplinks have one number"), new TypeError("x is not a function"), "a string"])(
  "our own mistakes show their stack only when asked: %s",
  (error) => {
    const text = errorText(error, false);
    expect(text).not.toMatch(/\n|at .*:\d+/);
    expect(text).toContain("WAN_FAILOVER_DEBUG=1");
    expect(error instanceof Error ? errorText(error, true) : "    at x").toContain("    at ");
  },
);

test("exit codes tell who must act", () => {
  expect(exitCodeOf(new AppError("usage", ""))).toBe(2);
  expect(exitCodeOf(new ConfigError("/c", []))).toBe(2);
  expect(exitCodeOf(new AppError("no-daemon", ""))).toBe(3);
  expect(exitCodeOf(new AppError("order-refused", ""))).toBe(1);
  expect(exitCodeOf(new InvariantError(""))).toBe(1);
  expect(exitCodeOf(new Error())).toBe(1);
});
