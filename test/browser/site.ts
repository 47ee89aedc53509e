import { once } from "node:events";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { request } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import type { Daemon } from "../../lab/daemon.ts";
import type { Lab } from "../../lab/lab.ts";

const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Chromium, and the page as it sees it from within the lab. */
export interface Site {
  /** Opens the page anew, with nothing kept. Its errors are collected. */
  visit(options?: BrowserContextOptions, view?: string): Promise<Page>;
  /** What went wrong in any page: errors of scripts, what the content security policy refused. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

/** Starts Chromium in a role's namespace. `address`: of the page from there. */
export const openSite = async (lab: Lab, { role, address }: { role: string; address: string }): Promise<Site> => {
  const command = join(lab.plan.directory, `chromium-${role}`);
  await writeFile(command, `#!/bin/sh\nexec ip netns exec ${lab.namespace(role)} chromium "$@"\n`, { mode: 0o755 });
  const browser: Browser = await chromium.launch({ executablePath: command, args: QUIET });
  const errors: string[] = [];
  return {
    errors,
    visit: async (options = {}, view = "now") => {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      page.on("pageerror", (error) => errors.push(error.message));
      page.on("console", (message) => {
        if (message.type() === "error" && /Content Security Policy|Uncaught/.test(message.text()))
          errors.push(message.text());
      });
      await page.goto(`${address}/#/${view}`);
      return page;
    },
    close: () => browser.close(),
  };
};

/** As `wan-failover password` does. */
export const setPassword = async ({ socket }: Daemon, password: string): Promise<void> => {
  const options = { socketPath: socket, path: "/api/v1/password", method: "PUT" };
  const sent = request({ ...options, headers: { "content-type": "application/json" } });
  const answered = once(sent, "response");
  sent.end(JSON.stringify({ password }));
  await answered;
};

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Where the lines of a chart begin: 0 at its left, 1 at its right. They are coloured, what they are drawn upon is grey. */
export const beginOfLines = async (page: Page, title: string): Promise<number> => {
  await page.locator("figure.chart .u-over").last().waitFor();
  return page.evaluate(`(${BEGIN_OF_LINES})(${JSON.stringify(title)})`);
};

const BEGIN_OF_LINES = `(title) => {
  const chart = [...document.querySelectorAll("figure.chart")].find(({ textContent }) => textContent.startsWith(title));
  const [canvas, plot] = [chart.querySelector("canvas"), chart.querySelector(".u-over")];
  const scale = canvas.width / canvas.offsetWidth;
  const [left, width] = [plot.offsetLeft, plot.offsetWidth].map((length) => Math.round(length * scale));
  const { data } = canvas.getContext("2d").getImageData(left, 0, width, canvas.height);
  const isColoured = (at) => Math.abs(data[at] - data[at + 1]) + Math.abs(data[at + 1] - data[at + 2]) > 80;
  const rows = [...Array(canvas.height).keys()];
  const first = [...Array(width).keys()].findIndex((column) => rows.some((row) => isColoured(4 * (row * width + column))));
  return first < 0 ? 1 : first / width;
}`;

/** What axe finds that is serious or worse, as `rule: element`. */
export const seriousIn = async (page: Page): Promise<readonly string[]> => {
  await page.evaluate(AXE);
  return page.evaluate(`axe.run().then(({ violations }) => violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html)))`);
};
