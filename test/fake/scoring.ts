import type { Contender, Opinion } from "../../bench/detector/contender.ts";
import { openScoring } from "../../src/cli/detector.ts";
import type { DetectorEvent, ProbeRequest } from "../../src/core/detector/detector.ts";
import type { PresetName } from "../../src/core/detector/presets.ts";

interface Answer {
  readonly send: readonly (readonly [seq: number, target: number])[];
  readonly state: "UP" | "DOWN";
  readonly divert: boolean;
  readonly degraded: readonly string[];
  readonly wake: number;
}

/** A preset that is spoken to by the line protocol. `heard` gets each line and its answer. */
export const spokenTo = (
  preset: PresetName,
  carrying: boolean,
  heard: (line: string, answer: string) => void = () => {},
): Contender => ({
  name: preset,
  octetsPerProbe: 72,
  hearsTraffic: true,
  start: ({ seed }) => {
    const speak = openScoring();
    const say = (message: object): Answer => {
      const line = JSON.stringify(message);
      const answer = speak(line) ?? "";
      heard(line, answer);
      return JSON.parse(answer);
    };
    let last = say({ ev: "init", t: 0, primaries: 3, reserves: 3, preset, seed, carrying });
    return {
      take: (event, now) => {
        const message = messageOf(event, now / 1_000);
        if (message === null) return [];
        last = say(message);
        return last.send.map(([seq, target]): ProbeRequest => ({ seq, target }));
      },
      wakeAt: () => last.wake * 1_000,
      opinion: () => opinionOf(last),
      learned: () => null,
    };
  },
});

const opinionOf = ({ state, divert, degraded }: Answer): Opinion => ({
  down: state === "DOWN",
  diverted: divert,
  degraded: degraded.length > 0,
});

/** The protocol has no word for a role: whoever reports users' packets has said it. */
const messageOf = (event: DetectorEvent, t: number): object | null => {
  switch (event.kind) {
    case "tick":
      return { ev: "tick", t };
    case "replied":
      return { ev: "reply", t, seq: event.seq };
    case "traffic":
      return { ev: "passive", t, tx: event.sent, rx: event.received };
    default:
      return null;
  }
};
