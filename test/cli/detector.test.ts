import { describe, expect, test } from "vitest";
import { openScoring } from "../../src/cli/detector.ts";

const INIT = { ev: "init", t: 100, primaries: 3, reserves: 3, preset: "balanced", seed: 1 };

interface Answer {
  readonly send: readonly (readonly [number, number])[];
  readonly state: string;
  readonly divert: boolean;
  readonly degraded: readonly string[];
  readonly wake: number;
  readonly error: string;
}

const conversation = () => {
  const answer = openScoring();
  return (message: object): Answer => JSON.parse(answer(JSON.stringify(message)) ?? "null");
};

/** Ticks on time until `until`; the first reply comes at once, later ones never. */
const silence = (say: (message: object) => Answer, until: number): Answer => {
  let last = say(INIT);
  let replied = false;
  while (last.wake <= until) {
    last = say({ ev: "tick", t: last.wake });
    const seq = last.send[0]?.[0];
    if (replied || seq === undefined) continue;
    replied = true;
    last = say({ ev: "reply", t: last.wake, seq });
  }
  return last;
};

describe("the line protocol", () => {
  test("init asks for nothing but a tick, which sends the first probe", () => {
    const say = conversation();
    const begun = say(INIT);
    expect(begun).toEqual({ send: [], state: "UP", divert: false, degraded: [], wake: 100.001 });
    const { send, wake } = say({ ev: "tick", t: begun.wake });
    expect(send).toEqual([[1, 0]]);
    expect(wake).toBeGreaterThan(begun.wake);
  });

  test("silence diverts and then is DOWN; init begins anew", () => {
    const say = conversation();
    expect(silence(say, 104)).toMatchObject({ state: "UP", divert: true });
    expect(silence(say, 110)).toMatchObject({ state: "DOWN", divert: true });
    expect(say(INIT)).toMatchObject({ state: "UP", divert: false });
  });

  test("a lost carrier is DOWN when the debounce is over, and no probe is wanted meanwhile", () => {
    const say = conversation();
    say(INIT);
    const { send } = say({ ev: "tick", t: 100.001 });
    say({ ev: "reply", t: 100.02, seq: send[0]?.[0] });
    const lost = say({ ev: "carrier", t: 101, up: false });
    expect(lost).toMatchObject({ send: [], state: "UP", divert: true, wake: 102 });
    expect(say({ ev: "tick", t: 102 })).toMatchObject({ send: [], state: "DOWN", wake: 102 + 3_600 });
    expect(say({ ev: "carrier", t: 103, up: true }).send).toHaveLength(1);
  });

  test("an uplink whose users' packets are reported carries traffic, and is asked more often", () => {
    const spacing = (used: boolean): number => {
      const say = conversation();
      say(INIT);
      const { send } = say({ ev: "tick", t: 100.001 });
      if (used) say({ ev: "passive", t: 100.01, tx: 0, rx: 0 });
      return say({ ev: "reply", t: 100.02, seq: send[0]?.[0] }).wake - 100;
    };
    expect(spacing(false)).toBeGreaterThan(2.2);
    expect(spacing(true)).toBeLessThan(1.2);
  });

  test.each([
    ["", "the line is not JSON"],
    ["[]", "the line must hold one JSON object"],
    ["null", "the line must hold one JSON object"],
    ["{}", "ev must be init, tick, reply, passive, carrier or quit"],
    ['{"ev":"tick","t":101}', "the first message must be init"],
    ['{"ev":"tick","t":"101"}', "t must be a number of 0 or more"],
    ['{"ev":"tick","t":-1}', "t must be a number of 0 or more"],
    ['{"ev":"carrier","t":101,"up":1}', "up must be true or false"],
    [JSON.stringify({ ...INIT, primaries: 0 }), "primaries must be a whole number from 1 to 16"],
    [JSON.stringify({ ...INIT, reserves: 1.5 }), "reserves must be a whole number from 0 to 16"],
    [JSON.stringify({ ...INIT, preset: "constructor" }), "preset must be fast, balanced, calm, metered or classic"],
    [JSON.stringify({ ...INIT, seed: "x" }), "seed must be a whole number from -9007199254740992 to 9007199254740992"],
  ])("%s is answered by an error", (line, error) => {
    expect(JSON.parse(openScoring()(line) ?? "")).toEqual({ error });
  });

  test("time doesn't go back, and a mistake changes nothing", () => {
    const say = conversation();
    const begun = say(INIT);
    expect(say({ ev: "tick", t: 99 })).toEqual({ error: "t must not be less than 100" });
    expect(say({ ev: "reply", t: 100, seq: 7 })).toEqual(begun);
    expect(openScoring()('{"ev":"quit"}')).toBe(null);
  });
});
