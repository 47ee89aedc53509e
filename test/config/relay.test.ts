import { describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { ConfigError, formatIssue } from "../../src/config/mistake/issue.ts";
import { parseRelay } from "../../src/config/value/relay.ts";

describe("a relay's address", () => {
  test.each([
    ["smtp://mail.example.net", { host: "mail.example.net", port: 587, immediateTls: false }],
    ["smtp://192.0.2.25:25/", { host: "192.0.2.25", port: 25, immediateTls: false }],
    ["smtps://[2001:db8::25]", { host: "2001:db8::25", port: 465, immediateTls: true }],
  ])("%s is understood", (text, relay) => {
    expect(parseRelay(text)).toEqual({ relay, login: null });
  });

  test("may hold a login, percent-encoded", () => {
    expect(parseRelay("smtp://wan%40example.net:p%40ss@mail")?.login).toEqual({
      user: "wan@example.net",
      password: "p@ss",
    });
  });

  test.each([
    "mail.example.net",
    "http://mail.example.net",
    "smtp://",
    "smtp://mail:0",
    "smtp://mail/path",
    "smtp://mail?x=1",
    "smtp://user@mail",
    "smtp://user:%zz@mail",
    "smtp://ma il",
  ])("%s is none", (text) => {
    expect(parseRelay(text)).toBeNull();
  });
});

describe("notify.email", () => {
  const UPLINKS = "uplinks: [{ name: fiber, interface: eth0 }]\n";
  const emailOf = (more: string) =>
    parseConfig(`${UPLINKS}notify: { email: { to: [ops@example.net], from: wan@example.net, ${more} } }`, "f").notify
      .email;

  const mistakesIn = (more: string): string => {
    try {
      emailOf(more);
      return "";
    } catch (error) {
      return error instanceof ConfigError ? error.issues.map((issue) => formatIssue("f", issue)).join("\n") : "";
    }
  };

  test("a login's password is in a file, or in the address", () => {
    expect(emailOf("relay: smtp://mail, user: wan, passwordFile: /p")?.login).toEqual({
      user: "wan",
      password: { kind: "file", path: "/p" },
    });
    expect(emailOf('relay: "smtp://wan:secret@mail"')?.login?.password).toEqual({ kind: "text", text: "secret" });
    expect(emailOf("relay: smtp://mail")?.login).toBeNull();
  });

  test("half of a login is a mistake", () => {
    expect(mistakesIn("relay: smtp://mail, user: wan")).toMatch(/half of a login/);
  });

  test("a relay that can't be understood is never shown: a password may be in it", () => {
    const mistakes = mistakesIn('relay: "smtp://wan:secret@mail:99999"');
    expect(mistakes).toMatch(/isn't a relay's address/);
    expect(mistakes).not.toContain("secret");
  });
});
