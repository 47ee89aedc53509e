import type { Mistake } from "./explain.ts";
import { listIn, member, mistake } from "./written.ts";

/** Caps that nothing could be counted for. Never throws. */
export const capMistakes = (written: unknown): Mistake[] =>
  listIn(written, "uplinks").flatMap((uplink, place) => {
    const path = ["uplinks", place, "cap"];
    if (member(uplink, "cap") === undefined) return [];
    if (member(uplink, "interface") === undefined)
      return [
        mistake(path, "can't be counted without an interface of its own", "name the interface, or remove the cap"),
      ];
    return member(member(written, "history"), "file") === "none"
      ? [mistake(path, "can't be counted without a history", "remove `file: none` under history, or the cap")]
      : [];
  });
