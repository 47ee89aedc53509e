import { mkdir, writeFile } from "node:fs/promises";
import type { BrowserContextOptions, Page } from "playwright-core";
import { pause } from "../../lab/clock.ts";
import { configOf, WIRES } from "../../lab/demo/setup.ts";
import { createLab, type Lab } from "../../lab/lab.ts";
import { openSite, type Site, setPassword } from "../../test/browser/site.ts";

const FOLDER = "docs/page";
const ADDRESS = "http://127.0.0.1:8380";
const PASSWORD = "correct horse battery";

/** Much like the demo's. */
const CONFIG = {
  ...configOf("balanced"),
  steer: [{ name: "guests", from: ["192.168.20.0/24"], over: ["lte"] }],
};

const WIDE = { viewport: { width: 1200, height: 860 } } as const;
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true } as const;

const THEMES = ["light", "dark"] as const;

/** Probes fill the bars, and the charts begin to show something. */
const SETTLE_MS = 25_000;
const FAILOVER_MS = 9000;
const DRAWN_MS = 4000;

/** WebP is a quarter of PNG's size here; only the browser itself writes it. */
const shoot = async (page: Page, name: string): Promise<void> => {
  await pause(DRAWN_MS);
  await page.getByText("One moment").waitFor({ state: "hidden" });
  const browser = await page.context().newCDPSession(page);
  const { data } = await browser.send("Page.captureScreenshot", { format: "webp", quality: 82 });
  await writeFile(`${FOLDER}/${name}.webp`, Buffer.from(data, "base64"));
  console.log(`${FOLDER}/${name}.webp`);
  await page.context().close();
};

/** The same, as somebody who has logged in sees it. */
const loggedIn = async (site: Site): Promise<Site> => {
  const page = await site.visit();
  await page.getByLabel("Password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Online" }).waitFor();
  const storageState: BrowserContextOptions["storageState"] = await page.context().storageState();
  await page.context().close();
  return { ...site, visit: (options, view) => site.visit({ ...options, storageState }, view) };
};

const shootView = async (site: Site, view: string): Promise<void> => {
  for (const colorScheme of THEMES)
    await shoot(await site.visit({ ...WIDE, colorScheme }, view), `${view}-${colorScheme}`);
};

const shootAll = async (lab: Lab, site: Site): Promise<void> => {
  await pause(SETTLE_MS);
  const watching = await Promise.all(THEMES.map((colorScheme) => site.visit({ ...WIDE, colorScheme })));
  const phone = await site.visit({ ...PHONE, colorScheme: "dark" });
  await pause(SETTLE_MS);
  await Promise.all(watching.map((page, index) => shoot(page, `now-${THEMES[index]}`)));
  for (const view of ["setup", "act", "doctor"]) await shootView(site, view);
  const failing = await site.visit({ ...WIDE, colorScheme: "light" });
  await lab.break("blackhole", "wan0");
  await pause(FAILOVER_MS);
  await shoot(failing, "failover-light");
  await shoot(phone, "phone-dark");
  await shootView(site, "timeline");
};

/** Pictures of every view, from a real daemon in the lab. */
export const takeScreenshots = async (): Promise<void> => {
  await mkdir(FOLDER, { recursive: true });
  const lab = await createLab({ wire: true });
  try {
    await Promise.all(lab.plan.uplinks.map(({ name }, index) => lab.setWire(name, WIRES[index] ?? {})));
    const daemon = await lab.startDaemon({ config: CONFIG });
    await setPassword(daemon, PASSWORD);
    const site = await openSite(lab, { role: "router", address: ADDRESS });
    await loggedIn(site)
      .then((inside) => shootAll(lab, inside))
      .finally(site.close);
  } finally {
    await lab.close();
  }
};
