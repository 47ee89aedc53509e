import { expect, test } from "vitest";
import { isOdd, NO_NOTE, noteEnd, type ProbeEnd, portalIn, reasonWith } from "../../src/core/target/target-note.ts";

const about = { uplink: "fiber", family: "ipv4", seq: 1 } as const;
const replied: ProbeEnd = { kind: "probe-replied", rttMs: 1, ...about };
const refused = (error: string): ProbeEnd => ({ kind: "probe-refused", error, ...about });
const intercepted = (by: string): ProbeEnd => ({ kind: "probe-intercepted", rttMs: 1, by, ...about });

const after = (...ends: readonly ProbeEnd[]) =>
  ends.reduce((notes, end) => noteEnd(notes, 0, end), [NO_NOTE, NO_NOTE] as ReturnType<typeof noteEnd>);

test("a portal is believed when it has answered twice, and shows as it first did", () => {
  expect(portalIn(after(intercepted("a")))).toBeNull();
  expect(after(intercepted("a")).map(isOdd)).toEqual([true, false]);
  expect(portalIn(after(intercepted("a"), intercepted("b")))).toBe("a");
});

test("a failure leaves a portal as it is, an answer ends it", () => {
  expect(portalIn(after(intercepted("a"), refused("x"), intercepted("a")))).toBe("a");
  expect(portalIn(after(intercepted("a"), intercepted("a"), replied))).toBeNull();
  expect(portalIn(after(intercepted("a"), replied, intercepted("a")))).toBeNull();
});

test("the last failure is kept until an answer", () => {
  expect(after(refused("x"), refused("y"))[0]?.failure).toBe("y");
  expect(after(refused("x"), replied)[0]?.failure).toBeNull();
});

test("what is nothing new changes nothing", () => {
  const notes = after();
  expect(noteEnd(notes, 0, replied)).toBe(notes);
  expect(noteEnd(notes, 7, refused("x"))).toBe(notes);
  const failed = after(refused("x"));
  expect(noteEnd(failed, 0, refused("x"))).toBe(failed);
});

test("a login page is the whole reason of an uplink that is up, and a remark on others", () => {
  expect(reasonWith({ verdict: "up", reason: "answers within 9 ms" }, "a")).toBe("shows a login page: a");
  expect(reasonWith({ verdict: "down", reason: "no carrier" }, "a")).toBe("no carrier; it shows a login page: a");
  expect(reasonWith({ verdict: "up", reason: "answers within 9 ms" }, null)).toBe("answers within 9 ms");
});
