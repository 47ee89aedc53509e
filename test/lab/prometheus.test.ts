import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BRISK, type House, openHouse, UPLINKS } from "./house.ts";
import { serve } from "./servers.ts";

const PACKAGED = "packaging/prometheus";
const RULES = "wan-failover.rules.yaml";

/** What we package, for this router alone and at a test's pace. */
const configure = async (folder: string, token: string): Promise<string> => {
  const file = join(folder, "prometheus.yml");
  const packaged = await readFile(join(PACKAGED, "prometheus.yaml"), "utf8");
  const here = packaged.replace(/targets: .*/, 'targets: ["127.0.0.1:8380"]').replace("15s", "500ms");
  await mkdir(folder);
  await copyFile(join(PACKAGED, RULES), join(folder, RULES));
  await writeFile(join(folder, "wan-failover.token"), token);
  await writeFile(file, `global: { evaluation_interval: 500ms, scrape_timeout: 500ms }\n${here}`);
  return file;
};

const ADDRESS = "127.0.0.1:9090";

/** Asks Prometheus until it says what is expected. */
const hears = async ({ lab }: House, path: string, what: object): Promise<void> => {
  const ask = async (): Promise<unknown> =>
    JSON.parse(await lab.run("router", `curl -sg 'http://${ADDRESS}${path}'`)).data;
  await expect.poll(ask, { timeout: 15_000, interval: 100 }).toMatchObject(what);
};

test("Prometheus scrapes the figures with a token, and the packaged rules see an uplink fail", async () => {
  const house = await openHouse({ config: { uplinks: UPLINKS.map((uplink) => ({ ...uplink, detection: BRISK })) } });
  const { lab } = house;
  const folder = join(lab.plan.directory, "prometheus");
  const { stdout: token } = await house.daemon().cli("token", "create", "prometheus");
  const config = await configure(folder, token);
  await serve(lab, "router", [
    "prometheus",
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, "data")}`,
    `--web.listen-address=${ADDRESS}`,
  ]);
  const fiber = 'wan_failover_uplink_up{uplink="fiber",family="ipv4"}';
  await expect
    .poll(() => lab.run("router", `curl -sf http://${ADDRESS}/-/ready`).catch(() => ""), { timeout: 15_000 })
    .toMatch("Ready");
  await hears(house, "/api/v1/targets", { activeTargets: [{ health: "up", lastError: "" }] });
  await hears(house, `/api/v1/query?query=${fiber}`, { result: [{ value: [expect.any(Number), "1"] }] });
  await lab.break("blackhole");
  const down = (family: string): object => ({
    labels: expect.objectContaining({ alertname: "WanFailoverUplinkDown", uplink: "fiber", family }),
    state: "pending",
  });
  const alerts = ["ipv4", "ipv6"].map((family) => expect.objectContaining(down(family)));
  await hears(house, "/api/v1/alerts", { alerts: expect.arrayContaining(alerts) });
  const rules: { readonly health: string }[] = JSON.parse(
    await lab.run("router", `curl -s http://${ADDRESS}/api/v1/rules`),
  ).data.groups[0].rules;
  expect(rules.map(({ health }) => health)).toEqual(rules.map(() => "ok"));
  expect(rules.length).toBeGreaterThan(5);
});
