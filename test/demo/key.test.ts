import { describe, expect, test } from "vitest";
import { changed, toggle } from "../../lab/demo/breakage.ts";

describe("a key", () => {
  const where = { uplink: "wan0", uplinks: ["wan0", "wan1"] };
  const blackhole = { fault: "blackhole", uplink: "wan0" } as const;

  test("breaks what works and mends what is broken", () => {
    const broken = changed([], toggle([], "blackhole", where));
    expect(broken).toEqual([blackhole]);
    expect(changed(broken, toggle(broken, "blackhole", where))).toEqual([]);
  });

  test("first mends what can't be at the same time", () => {
    expect(toggle([blackhole], "flapping", where)).toEqual({
      mend: [blackhole],
      break: [{ fault: "flapping", uplink: "wan0" }],
    });
    expect(toggle([blackhole], "loss", where).mend).toEqual([]);
  });

  test("that kills all ISPs is a blackhole on each, and mends each", () => {
    const all = changed([blackhole], toggle([blackhole], "all-dead", where));
    expect(all).toEqual([blackhole, { fault: "blackhole", uplink: "wan1" }]);
    expect(changed(all, toggle(all, "all-dead", where))).toEqual([]);
  });
});
