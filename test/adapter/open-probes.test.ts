import { expect, test } from "vitest";
import { openProbeTable } from "../../src/adapter/probe/open-probes.ts";
import { openTargetBook } from "../../src/adapter/probe/target-book.ts";

const target = openTargetBook("ipv4")("192.0.2.1");

test("a probe is found by its number on the wire until it is removed", () => {
  const table = openProbeTable();
  const { wireSequence, probe } = table.add({ seq: 5_000_000_000, target, sentAt: 0 });
  expect(wireSequence).toBeGreaterThanOrEqual(0);
  expect(wireSequence).toBeLessThan(0x10000);
  expect(table.get(wireSequence)).toBe(probe);
  table.remove(wireSequence);
  expect(table.get(wireSequence)).toBeUndefined();
});

test("probes are forgotten half a minute after they were sent", () => {
  const table = openProbeTable();
  const first = table.add({ seq: 1, target, sentAt: 0 });
  table.add({ seq: 2, target, sentAt: 20_000 });
  expect(table.get(first.wireSequence)?.seq).toBe(1);
  table.add({ seq: 3, target, sentAt: 30_001 });
  expect(table.get(first.wireSequence)).toBeUndefined();
  expect(table.count()).toBe(2);
});

test("there are never more than the wire has numbers for; the newest has the number", () => {
  const table = openProbeTable();
  const first = table.add({ seq: 1, target, sentAt: 0 });
  for (let seq = 2; seq <= 0x10001; seq++) table.add({ seq, target, sentAt: 1 });
  expect(table.count()).toBe(0x10000);
  expect(table.get(first.wireSequence)?.seq).toBe(0x10001);
});

test("nonces don't repeat, and the first number on the wire differs from table to table", () => {
  const table = openProbeTable();
  const nonces = new Set<string>();
  for (let seq = 1; seq <= 5000; seq++) {
    const { nonceHigh, nonceLow } = table.add({ seq, target, sentAt: 0 }).probe;
    nonces.add(`${nonceHigh} ${nonceLow}`);
  }
  expect(nonces.size).toBe(5000);
  const first = Array.from({ length: 20 }, () => openProbeTable().add({ seq: 1, target, sentAt: 0 }).wireSequence);
  expect(new Set(first).size).toBeGreaterThan(10);
});
