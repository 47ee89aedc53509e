import { expect, onTestFinished, test } from "vitest";
import { pause } from "../../lab/clock.ts";
import { openHours } from "../../src/adapter/hours.ts";
import type { HourStruck } from "../../src/core/event.ts";
import { until } from "./until.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test("each hour is told once, and another as soon as somebody has set the clock", async () => {
  const told: HourStruck[] = [];
  let wallMs = new Date(2026, 9, 20, 2, 15).getTime();
  const hours = openHours((hour) => told.push(hour), { wallMs: () => wallMs, everyMs: 2 });
  onTestFinished(hours.close);
  hours.open();
  const [{ day = 0 } = {}] = told;
  const set = async (by: number, count: number): Promise<void> => {
    wallMs += by;
    await until(() => told.length >= count);
    await pause(10);
  };
  await set(30 * MINUTE, 1);
  expect(told.map((one) => [one.day, one.hour])).toEqual([[day, 2]]);
  await set(30 * MINUTE, 2);
  await set(12 * HOUR, 3);
  await set(-DAY, 4);
  await set(3650 * DAY, 5);
  expect(told.map((one) => one.day - day)).toEqual([0, 0, 0, -1, 3649]);
  expect(told.slice(0, 4).map(({ hour }) => hour)).toEqual([2, 3, 15, 15]);
});
