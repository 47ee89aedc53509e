import { expect, test } from "vitest";
import type { UsageCounted } from "../../src/core/event.ts";
import { openUsageTeller } from "../../src/shell/history/usage-teller.ts";

test("the core hears of bytes at once where they are many or a month begins, else once a minute", () => {
  let [now, period] = [0, "2026-10-01"];
  const told: UsageCounted[] = [];
  const teller = openUsageTeller({ now: () => now, onCounted: (counted) => told.push(counted) });
  const look = (received: number): void => teller.look([{ uplink: "lte", period, received, sent: 1 }]);
  teller.look([]);
  expect(told).toEqual([]);
  look(0);
  look(9_000_000);
  expect(told).toHaveLength(1);
  look(11_000_000);
  expect(told).toHaveLength(2);
  look(11_000_001);
  expect(told).toHaveLength(2);
  now = 60_000;
  look(11_000_001);
  expect(told[2]).toEqual({
    kind: "usage-counted",
    month: "2026-10",
    uplinks: [{ uplink: "lte", bytes: 11_000_002 }],
  });
  period = "2026-11-01";
  look(0);
  expect(told[3]).toMatchObject({ month: "2026-11" });
});
