import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BRISK, type House, isOn, openHouse, UPLINKS } from "../lab/house.ts";
import { openSite, type Site, seriousIn, setPassword } from "./site.ts";

const PASSWORD = "correct horse battery";

const CONFIG = `# the house
uplinks:
${UPLINKS.map(({ name, interface: device }) => `  - name: ${name}\n    interface: ${device}   # ${name}'s\n    detection: ${JSON.stringify(BRISK)}\n`).join("")}
failover:
  holdAfterFailover: 1s
  holdAfterFailback: 1s
web: { listen: "192.168.77.1:8380" }
`;

/** Once there is a password, the daemon listens in the LAN. */
const untilOffered = (house: House): Promise<unknown> =>
  house.lab.run("client", "for i in $(seq 70); do (: < /dev/tcp/192.168.77.1/8380) 2>&- && exit; sleep 0.1; done");

/** Types Tab until what is asked for has the focus. */
const tabTo = async (page: Page, isThere: string): Promise<void> => {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(isThere)})`)) return;
  }
  throw new Error(`The keyboard doesn't come to ${isThere}`);
};

describe("who may change things", () => {
  const closers: (() => Promise<void>)[] = [];
  let house: House;
  let site: Site;
  let page: Page;

  beforeAll(async () => {
    house = await openHouse({ config: CONFIG, keep: (close) => closers.push(close) });
    await setPassword(house.daemon(), PASSWORD);
    await untilOffered(house);
    site = await openSite(house.lab, { role: "client", address: "http://192.168.77.1:8380" });
    closers.unshift(site.close);
  });

  afterAll(async () => {
    for (const close of closers) await close();
  });

  test("logs in first, by the keyboard alone, and tests a failover", async () => {
    page = await site.visit({}, "act");
    await page.getByRole("heading", { name: "Log in" }).waitFor();
    expect(await seriousIn(page)).toEqual([]);
    await page.keyboard.type("wrong");
    await page.keyboard.press("Enter");
    await page.getByText("The password is wrong").waitFor();
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Act" }).waitFor();
    await page.locator(".action button:enabled").first().waitFor();
    await tabTo(page, ".action button");
    await page.keyboard.press("Enter");
    await page.getByText("Testing: traffic goes over lte").waitFor();
    await house.until("on lte", isOn("lte"));
    await page.getByRole("button", { name: "Go back now" }).click();
    await page.getByText("The test is over").waitFor();
    await house.until("on fiber", isOn("fiber"));
    expect(await seriousIn(page)).toEqual([]);
  });

  const weight = () => page.locator("#option-uplinks-0--weight");
  const savedText = (): Promise<string> => readFile(house.daemon().configFile, "utf8");

  test("is told what is wrong with a config, at its field and at its line, and can't save it", async () => {
    await page.goto("http://192.168.77.1:8380/#/setup");
    await weight().fill("999");
    await weight().press("Enter");
    await page.locator(".wrong", { hasText: "from 1 to 256" }).waitFor();
    expect(await weight().getAttribute("aria-invalid")).toBe("true");
    expect(await page.getByRole("button", { name: "Save and try" }).isDisabled()).toBe(true);
    await page.getByRole("radio", { name: "YAML" }).check();
    await page.getByRole("button", { name: "Line 6" }).waitFor();
    expect(await seriousIn(page)).toEqual([]);
    expect(await savedText()).toBe(CONFIG);
  });

  test("sees what changes, saves it, and keeps it; comments stay", async () => {
    await page.getByRole("radio", { name: "Form" }).check();
    await weight().fill("3");
    await weight().press("Enter");
    await page.locator(".line.added", { hasText: "weight: 3" }).waitFor();
    await page.getByRole("button", { name: "Save and try" }).click();
    await page.getByRole("alertdialog").waitFor();
    expect(await seriousIn(page)).toEqual([]);
    await page.getByRole("button", { name: "Keep it" }).click();
    await page.getByText("The new config is kept").waitFor();
    expect(await savedText()).toBe(CONFIG.replace("  - name: lte", "    weight: 3\n  - name: lte"));
  });

  test("adds a steering by the form: what it lacks is said in it, and a look elsewhere costs nothing", async () => {
    await page.locator("#option-steer").click();
    await page.getByRole("button", { name: "Add to steer" }).click();
    const entry = page.getByRole("group", { name: "guests" });
    await entry.getByText("fits all traffic").waitFor();
    expect(await page.evaluate("document.activeElement.id")).toBe("option-steer-0--name");
    await entry.getByLabel("From").fill("192.168.20.0/24");
    await page.keyboard.press("Tab");
    await page.getByText("It would work").waitFor();
    await page.getByRole("link", { name: "Act" }).click();
    await page.getByRole("link", { name: "Set up" }).click();
    await page.getByRole("button", { name: "Save and try" }).click();
    await page.getByRole("button", { name: "Keep it" }).click();
    await page.getByText("The new config is kept").waitFor();
    expect(await savedText()).toContain("- name: guests\n    over:\n      - lte\n    from:\n      - 192.168.20.0/24\n");
    await page.getByRole("link", { name: "Now" }).click();
    await page.locator(".chip", { hasText: "guests over lte" }).waitFor();
    await page.getByRole("link", { name: "Set up" }).click();
  });

  test("changes the password, and gives a program a token and takes it back", async () => {
    await page.getByText("Who may come in").click();
    const token = page.locator(".tokens");
    await page.getByLabel("For which program?").fill("nagios");
    await page.getByRole("button", { name: "Make a token" }).click();
    const secret = await token.locator("code").textContent();
    const answer = await house.lab.run(
      "client",
      `curl -s -o /dev/null -w '%{http_code}' -H 'Authorization: Bearer ${secret}' http://192.168.77.1:8380/api/v1/status`,
    );
    expect(answer).toBe("200");
    expect(await seriousIn(page)).toEqual([]);
    await page.getByRole("button", { name: "Revoke nagios" }).click();
    await page.getByText("There are none").waitFor();
    await page.getByLabel("The present one").fill("wrong");
    await page.getByLabel("The new one").fill(`${PASSWORD}!`);
    await page.getByRole("button", { name: "Change it" }).click();
    await page.getByText("The password is wrong.").waitFor();
    await page.getByLabel("The present one").fill(PASSWORD);
    await page.getByRole("button", { name: "Change it" }).click();
    await page.getByText("From now on the new password holds.").waitFor();
  });

  test("is cut off by a change, and comes back without doing anything", async () => {
    await page.route("**/api/v1/config", (route) => {
      const body = route.request().postData();
      return route.continue(body === null ? {} : { postData: body.replace('"60s"', '"5s"') });
    });
    const before = await savedText();
    await page.getByRole("radio", { name: "YAML" }).check();
    await page.getByLabel("The config in YAML").fill(before.replace("192.168.77.1:8380", "127.0.0.1:8380"));
    await page.getByRole("button", { name: "Save and try" }).click();
    await page.getByText("No connection to the router").waitFor({ timeout: 10_000 });
    await page.getByText("it was undone").waitFor({ timeout: 15_000 });
    expect(await savedText()).toBe(before);
    expect(site.errors).toEqual([]);
  });
});
