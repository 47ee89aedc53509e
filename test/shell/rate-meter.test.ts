import { expect, test } from "vitest";
import { openRateMeter } from "../../src/shell/rate-meter.ts";

const meterOf = () => {
  const kernel = { at: 0, index: 3, received: 5_000_000, sent: 1000 };
  const counters = () => [{ index: kernel.index, name: "wan0", received: kernel.received, sent: kernel.sent }];
  return { kernel, meter: openRateMeter({ counters, clock: () => kernel.at }) };
};

test("a rate is what was carried since the reading before, in bits a second", () => {
  const { kernel, meter } = meterOf();
  expect(meter.read().size).toBe(0);
  Object.assign(kernel, { at: 2000, received: 6_000_000, sent: 3000 });
  expect(meter.read().get("wan0")).toEqual({ received: 4_000_000, sent: 8000 });
});

test("those who watch at the same time share a reading", () => {
  const { kernel, meter } = meterOf();
  meter.read();
  Object.assign(kernel, { at: 1000, received: 5_125_000 });
  const first = meter.read();
  Object.assign(kernel, { at: 1010, received: 5_225_000 });
  expect(meter.read()).toBe(first);
});

test("nothing is said after a time in which nobody watched, nor of an interface that began anew", () => {
  const { kernel, meter } = meterOf();
  meter.read();
  Object.assign(kernel, { at: 60_000, received: 9_000_000 });
  expect(meter.read().size).toBe(0);
  Object.assign(kernel, { at: 61_000, index: 4, received: 9_100_000 });
  expect(meter.read().size).toBe(0);
  Object.assign(kernel, { at: 62_000, received: 0 });
  expect(meter.read().size).toBe(0);
});
