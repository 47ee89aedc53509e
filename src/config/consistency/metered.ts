import type { Mistake } from "../mistake/explain.ts";
import { listIn, member, mistake } from "./written.ts";

/** What is to be kept off an uplink that costs nothing, or has nobody to stand in for. Never throws. */
export const essentialMistakes = (written: unknown): Mistake[] =>
  listIn(written, "uplinks").flatMap((uplink, place) =>
    member(uplink, "essential") === undefined || member(uplink, "metered") === true
      ? []
      : [mistake(["uplinks", place, "essential"], "is for metered uplinks", "say `metered: true` too, or remove it")],
  );

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
