import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
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

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds that is serious or worse, as `rule: element`. */
export const seriousIn = async (page: Page): Promise<readonly string[]> => {
  await page.evaluate(AXE);
  return page.evaluate(`axe.run().then(({ violations }) => violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html)))`);
};
