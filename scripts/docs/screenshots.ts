import { mkdir, writeFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { pause } from "../../lab/clock.ts";
import { configOf, WIRES } from "../../lab/demo/setup.ts";
import { createLab, type Lab } from "../../lab/lab.ts";
import { openSite, type Site } from "../../test/browser/site.ts";

const FOLDER = "docs/page";
const ADDRESS = "http://127.0.0.1:8380";

const WIDE = { viewport: { width: 1200, height: 860 } } as const;
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true } as const;

const VIEWS = ["now", "timeline", "setup", "act", "doctor"] as const;
const THEMES = ["light", "dark"] as const;

/** Probes fill the bars, and the charts begin to show something. */
const SETTLE_MS = 25_000;
const FAILOVER_MS = 9000;
const DRAWN_MS = 2500;

/** WebP is a quarter of PNG's size here; only the browser itself writes it. */
const shoot = async (page: Page, name: string): Promise<void> => {
  await pause(DRAWN_MS);
  const browser = await page.context().newCDPSession(page);
  const { data } = await browser.send("Page.captureScreenshot", { format: "webp", quality: 82 });
  await writeFile(`${FOLDER}/${name}.webp`, Buffer.from(data, "base64"));
  console.log(`${FOLDER}/${name}.webp`);
  await page.context().close();
};

const shootAll = async (lab: Lab, site: Site): Promise<void> => {
  await pause(SETTLE_MS);
  const watching = await Promise.all(THEMES.map((colorScheme) => site.visit({ ...WIDE, colorScheme })));
  const phone = await site.visit({ ...PHONE, colorScheme: "dark" });
  await pause(SETTLE_MS);
  await Promise.all(watching.map((page, index) => shoot(page, `now-${THEMES[index]}`)));
  const failing = await site.visit({ ...WIDE, colorScheme: "light" });
  await lab.break("blackhole", "wan0");
  await pause(FAILOVER_MS);
  await shoot(failing, "failover-light");
  await shoot(phone, "phone-dark");
  for (const view of VIEWS.filter((one) => one !== "now")) {
    for (const colorScheme of THEMES)
      await shoot(await site.visit({ ...WIDE, colorScheme }, view), `${view}-${colorScheme}`);
  }
};

/** Pictures of every view, from a real daemon in the lab. */
export const takeScreenshots = async (): Promise<void> => {
  await mkdir(FOLDER, { recursive: true });
  const lab = await createLab({ wire: true });
  try {
    await Promise.all(lab.plan.uplinks.map(({ name }, index) => lab.setWire(name, WIRES[index] ?? {})));
    await lab.startDaemon({ config: configOf("balanced") });
    const site = await openSite(lab, { role: "router", address: ADDRESS });
    await shootAll(lab, site).finally(site.close);
  } finally {
    await lab.close();
  }
};
