import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BRISK, type House, openHouse, UPLINKS } from "../lab/house.ts";
import { beginOfLines, openSite, type Site, seriousIn } from "./site.ts";

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } as const;

const CONFIG = {
  uplinks: UPLINKS.map((uplink) => ({ ...uplink, detection: BRISK })),
  // Else what is tried once more begins on lte.
  failover: { holdAfterFailover: "1s", holdAfterFailback: "1s" },
  steer: [{ name: "guests", from: ["192.168.20.0/24"], over: ["lte"] }],
};

describe("the page", () => {
  const closers: (() => Promise<void>)[] = [];
  let house: House;
  let site: Site;

  beforeAll(async () => {
    house = await openHouse({ config: CONFIG, keep: (close) => closers.push(close) });
    site = await openSite(house.lab, { role: "router", address: "http://127.0.0.1:8380" });
    closers.unshift(site.close);
  });

  afterAll(async () => {
    for (const close of closers) await close();
  });

  test("shows a blackhole as it happens, and its end", async () => {
    const page = await site.visit();
    const title = page.locator("h1");
    await title.getByText("Online through fiber").waitFor();
    await page.locator(".chip", { hasText: "guests over lte" }).waitFor();
    await page.locator(".carried", { hasText: "bit/s" }).first().waitFor();
    expect(await page.locator(".carried .month dd").first().textContent()).toMatch(/^[\d.]+ k?B$/);
    const broken = await house.lab.break("blackhole", "wan0");
    await title.getByText("Online through lte").waitFor({ timeout: 4000 });
    const seenAfterMs = house.lab.now() - broken;
    await page.locator(".sign.is-bad", { hasText: "fiber" }).waitFor();
    await page.locator(".cut").waitFor();
    expect(await page.locator(".map").getAttribute("aria-label")).toContain("lte: takes new connections");
    await house.lab.mend("blackhole", "wan0");
    await page.locator(".sign.is-good", { hasText: "fiber" }).waitFor();
    expect(seenAfterMs).toBeLessThan(2500);
    expect(site.errors).toEqual([]);
  });

  test("keeps it on the timeline with its evidence, and reports the month", async () => {
    const page = await site.visit({}, "timeline");
    await page.locator(".bars .outage").first().waitFor();
    const outage = page.locator(".entries li", { hasText: "fiber IPv4 was out" });
    await outage.locator("summary").click();
    await outage.getByText("The gateway was 203.0.113.1.").waitFor();
    await outage.locator("td.none").first().waitFor();
    expect(await page.locator(".sums tr", { hasText: "fiber" }).textContent()).toMatch(/fiber\d\d\.\d{3} %2/);
    expect(await seriousIn(page)).toEqual([]);
    const opened = page.context().waitForEvent("page");
    await page.getByRole("link", { name: "Open the report" }).click();
    const report = await opened;
    await report.getByRole("heading", { name: "fiber IPv4" }).waitFor();
    await report.getByText("unanswered, to").first().waitFor();
    expect(await seriousIn(report)).toEqual([]);
    await page.goto("http://127.0.0.1:8380/#/now");
    await page.getByText("Why?").click();
    await page.getByRole("heading", { name: "What led to it" }).waitFor();
    await page.locator(".why li", { hasText: "fiber IPv4 is down" }).waitFor();
    await page.context().close();
    expect(site.errors).toEqual([]);
  });

  test("fits a phone, in both themes, with charts that begin before the visit, and axe finds nothing serious", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await site.visit({ ...PHONE, colorScheme });
      await page.locator(".uplink").first().waitFor();
      // On a phone, a page that is too wide makes the window wider.
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(PHONE.viewport.width);
      for (const title of ["Round trip", "Received", "Sent"])
        await expect.poll(() => beginOfLines(page, title)).toBeLessThan(0.7);
      expect(await seriousIn(page)).toEqual([]);
      await page.context().close();
    }
  });
});
