import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Expectation, type HttpAnswer, judgeAnswer } from "../../src/codec/http-answer.ts";

const PLAIN = "http://detect.example.net/generate_204";
const SECURE = "https://detect.example.net/";

const page = (changes: Partial<Expectation> = {}): Expectation => ({
  url: PLAIN,
  status: null,
  body: null,
  ...changes,
});
const answer = (status: number, changes: Partial<HttpAnswer> = {}): HttpAnswer => ({
  status,
  location: null,
  body: "",
  ...changes,
});
const to = (location: string): Partial<HttpAnswer> => ({ location });

const EXPECTED = { kind: "expected" };
const portal = (by: string) => ({ kind: "portal", by });
const unexpected = (error: string) => ({ kind: "unexpected", error });
const LOGIN = portal("redirected to http://login.hotel.example/");

describe("by http", () => {
  test.each<[string, Expectation, HttpAnswer, object]>([
    ["200 where nothing else is due", page(), answer(200), EXPECTED],
    ["204 where nothing else is due", page(), answer(204), EXPECTED],
    ["the status that is due", page({ status: 204 }), answer(204), EXPECTED],
    ["an error that is due", page({ status: 404 }), answer(404), EXPECTED],
    ["a redirection that is due", page({ status: 302 }), answer(302, to("http://a.example/")), EXPECTED],
    ["a redirection to the same host", page(), answer(301, to("https://detect.example.net/x")), EXPECTED],
    ["a redirection without a host", page(), answer(302, to("/elsewhere")), EXPECTED],
    ["a redirection within the domain", page(), answer(301, to("http://www.detect.example.net/")), EXPECTED],
    ["the text that is due", page({ body: "success" }), answer(200, { body: "<p>success</p>" }), EXPECTED],
    ["a redirection to another host", page(), answer(302, to("http://login.hotel.example/?from=1")), LOGIN],
    ["the same where 204 is due", page({ status: 204 }), answer(307, to("http://login.hotel.example/")), LOGIN],
    [
      "a redirection to an address",
      page(),
      answer(302, to("http://192.0.2.1:8080/a")),
      portal("redirected to http://192.0.2.1:8080/"),
    ],
    [
      "a redirection to no web page",
      page(),
      answer(302, to("javascript:alert(1)")),
      portal("redirected to another place"),
    ],
    ["200 where 204 is due", page({ status: 204 }), answer(200), portal("answered 200, where 204 is due")],
    ["another page", page({ body: "success" }), answer(200), portal("sent another page than the expected one")],
    ["511", page(), answer(511), portal("answered 511, network authentication required")],
    ["500", page(), answer(500), unexpected("answered 500")],
    ["404 where 204 is due", page({ status: 204 }), answer(404), unexpected("answered 404, where 204 is due")],
    ["a redirection to nowhere", page(), answer(302), unexpected("answered 302")],
  ])("%s", (_, expectation, given, verdict) => {
    expect(judgeAnswer(expectation, given)).toEqual(verdict);
  });

  test("a domain that merely ends alike is another one", () => {
    const verdict = judgeAnswer(page(), answer(302, to("http://evildetect.example.net/")));
    expect(verdict).toEqual(portal("redirected to http://evildetect.example.net/"));
  });
});

describe("by https nobody but the server can answer", () => {
  test.each<[string, Expectation, HttpAnswer, object]>([
    ["a redirection to another host is its own", page({ url: SECURE }), answer(302, to("http://a.example/")), EXPECTED],
    [
      "200 where 204 is due",
      page({ url: SECURE, status: 204 }),
      answer(200),
      unexpected("answered 200, where 204 is due"),
    ],
    [
      "another page",
      page({ url: SECURE, body: "x" }),
      answer(200),
      unexpected("sent another page than the expected one"),
    ],
    ["511", page({ url: SECURE }), answer(511), unexpected("answered 511")],
  ])("%s", (_, expectation, given, verdict) => {
    expect(judgeAnswer(expectation, given)).toEqual(verdict);
  });
});

test("whatever is answered, what is shown of it is short and printable", () => {
  const location = fc.oneof(
    fc.string({ unit: "binary", maxLength: 3000 }),
    fc.string({ unit: "binary", maxLength: 300 }).map((host) => `http://${host}/`),
    fc.webUrl({ withFragments: true }).map((url) => `${url}\u001b[31m`),
  );
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 999 }), fc.option(location), fc.boolean(), (status, where, secure) => {
      const verdict = judgeAnswer(
        page({ url: secure ? SECURE : PLAIN, status: 204 }),
        answer(status, { location: where }),
      );
      const text = verdict.kind === "portal" ? verdict.by : verdict.kind === "unexpected" ? verdict.error : "";
      expect(text).toMatch(/^[ -~…]{0,120}$/);
    }),
    { numRuns: 1000 },
  );
});
