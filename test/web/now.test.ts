import { describe, expect, test } from "vitest";
import { sceneOf } from "../../src/web/map/scene.ts";
import { headlineOf, standingMs } from "../../src/web/now/headline.ts";
import { diverted, failedOver, healthy, noneUp, testing } from "../cli/fixture.ts";

describe("the headline", () => {
  test("says how long it has been so, where that is known", () => {
    expect(standingMs(healthy)).toBe(healthy.families.ipv4.sinceMs);
    expect(standingMs(diverted)).toBeNull();
    expect(standingMs(noneUp)).toBe(5000);
  });

  test("tells of an order while it is followed, and of who stands in for what was ordered", () => {
    expect(headlineOf(testing, 0).title).toBe("Testing lte");
    expect(headlineOf({ ...healthy, pin: "fiber" }, 0).title).toBe("Pinned to fiber");
    const { title, detail } = headlineOf({ ...failedOver, pin: "fiber" }, 0);
    expect(title).toBe("Online through lte");
    expect(detail).toMatch(/^It stands in for fiber/);
  });
});

describe("the map", () => {
  test("draws of many uplinks those that matter, and the rest as one", () => {
    const [fiber, lte] = healthy.uplinks;
    const [, broken] = noneUp.uplinks;
    if (fiber === undefined || lte === undefined || broken === undefined) throw new Error("No uplinks");
    const standbys = Array.from({ length: 12 }, (_, index) => ({ ...lte, name: `lte-${index}` }));
    const { lines, label } = sceneOf({ ...healthy, uplinks: [...standbys, fiber, broken] });
    expect(lines.map(({ name }) => name)).toEqual(["lte-0", "lte-1", "lte-2", "fiber", "lte", "9 others"]);
    expect(label).toContain("lte-11: carries nothing");
  });
});
