import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { areOn, briskConfig, isWell, openHouse } from "./house.ts";

test("an outage is in the history and the report, after a crash too, and a damaged file costs nothing else", async () => {
  const house = await openHouse({ config: briskConfig() });
  const { lab } = house;
  const cli = async (...words: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await house.daemon().cli(...words);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    return stdout;
  };
  await lab.break("blackhole");
  await house.until("on lte", areOn("lte"));
  await lab.mend("blackhole");
  await house.until("well again", isWell, 20_000);
  const told = await cli("history", "--since", "1h");
  expect(told).toMatch(/IPv4 failover: from fiber to lte/);
  expect(told).toMatch(/fiber IPv4 for \d+ s: /);
  expect(await cli("explain")).toMatch(/What led to it:\n.*fiber is down.*failback/s);
  expect(await cli("history", "--csv")).toMatch(/^at,kind,uplink,family,text\r\n/);

  await house.restart();
  await house.until("well after the crash", isWell, 20_000);
  const report = JSON.parse(await cli("report", "--json"));
  const carried = report.usage.find(({ uplink }: { uplink: string }) => uplink === "lte");
  expect(carried.received).toBeGreaterThan(0);
  expect(carried.sent).toBeGreaterThan(0);
  const { outages } = JSON.parse(await cli("history", "--json"));
  expect(outages).toHaveLength(2);
  expect(outages[0].evidence.probes.some(({ rttMs }: { rttMs: number | null }) => rttMs === null)).toBe(true);
  expect(report.from).toBeLessThan(report.until);
  expect(await cli("report", "--html")).toMatch(/^<!doctype html>/);

  const { code, body } = await house.daemon().call("/api/v1/history?since=1h&resolution=second");
  expect(code).toBe(200);
  const { spanMs, series } = JSON.parse(body);
  expect(spanMs).toBe(6000);
  expect(series.length).toBeGreaterThanOrEqual(4);
  expect((await house.daemon().call("/api/v1/history?since=forever")).code).toBe(400);

  const file = join(lab.plan.directory, "state/history.db");
  await house.daemon().stop();
  writeFileSync(file, "no database ".repeat(1000));
  await house.restart();
  await house.until("well without its history", isWell, 20_000);
  await expect.poll(() => house.daemon().log(), { timeout: 10_000 }).toContain("is damaged; it was set aside");
  expect(statSync(`${file}.damaged`).size).toBe(12_000);
});
