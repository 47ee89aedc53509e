import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";

const RULES = readFileSync(new URL("../../packaging/polkit/wan-failover.rules", import.meta.url), "utf8");

type Rule = (action: { id: string }, subject: { user: string }) => string;

const answer = (id: string, user: string): string => {
  const rules: Rule[] = [];
  const Result = { YES: "yes", NOT_HANDLED: "not handled" };
  runInNewContext(RULES, { polkit: { Result, addRule: (rule: Rule) => rules.push(rule) } });
  return rules.map((rule) => rule({ id }, { user })).join();
};

test("the polkit rule lets our user set resolvers, and nobody do anything else", () => {
  for (const verb of ["set-dns-servers", "set-domains", "set-default-route", "revert"]) {
    expect(answer(`org.freedesktop.resolve1.${verb}`, "wan-failover")).toBe("yes");
    expect(answer(`org.freedesktop.resolve1.${verb}`, "nobody")).toBe("not handled");
  }
  expect(answer("org.freedesktop.resolve1.register-service", "wan-failover")).toBe("not handled");
  expect(answer("org.freedesktop.systemd1.manage-units", "wan-failover")).toBe("not handled");
});

test("polkit's JavaScript is that of 2009: it refuses a rule with anything newer", () => {
  expect(RULES.replace(/\/\/.*/g, "")).not.toMatch(/=>|\b(let|const|class|of)\b|`|\.(startsWith|endsWith|includes)\(/);
});
