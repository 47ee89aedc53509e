import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { METRICS, metricsText } from "../../src/api/metrics.ts";
import { openTally } from "../../src/api/tally.ts";
import { healthy } from "../cli/fixture.ts";
import { ask, openSite, temporaryFolder } from "./site.ts";

const packaging = new URL("../../packaging/prometheus/", import.meta.url).pathname;
const read = (name: string): string => readFileSync(join(packaging, name), "utf8");
const folder = mkdtempSync(join(tmpdir(), "wan-failover-prometheus-"));
afterAll(() => rmSync(folder, { recursive: true }));

const textOf = (tally = openTally(), status = healthy): string =>
  metricsText({ version: "1", startedAt: 1, status, tally, use: { cpuSeconds: 1.5, residentBytes: 5e7 } });

test("promtool finds nothing to say of the figures, whatever an interface is called", () => {
  const [fiber, ...others] = healthy.uplinks;
  if (fiber === undefined) throw new Error("The fixture has no uplink.");
  const odd = { ...healthy, uplinks: [{ ...fiber, interface: 'a"b\\c\nd' }, ...others] };
  for (const input of [textOf(), textOf(openTally(), odd)]) {
    const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], { input, encoding: "utf8" });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
  }
});

test("the figures say what the status says, in base units", () => {
  const text = textOf();
  expect(text).toContain('wan_failover_uplink_rtt_seconds{uplink="fiber",family="ipv4"} 0.0124\n');
  expect(text).toContain('wan_failover_uplink_verdict{uplink="fiber",family="ipv4",verdict="up"} 1\n');
  expect(text).toContain('wan_failover_uplink_info{uplink="lte",interface="wwan0",tier="2",metered="true"} 1\n');
});

test("what happens is counted by kind, and a sample is there from the beginning", () => {
  const tally = openTally();
  expect(textOf(tally)).toContain('wan_failover_switches_total{family="ipv4",kind="failover"} 0\n');
  const about = { family: "ipv4", reason: "" } as const;
  tally.count({ kind: "switched", how: "failover", from: ["fiber"], to: ["lte"], ...about });
  tally.count({ kind: "verdict-changed", uplink: "fiber", from: "suspect", to: "down", ...about });
  tally.count({ kind: "verdict-changed", uplink: "fiber", from: "hold-down", to: "up", ...about });
  expect(textOf(tally)).toContain('wan_failover_switches_total{family="ipv4",kind="failover"} 1\n');
  expect(textOf(tally)).toContain('wan_failover_uplink_failures_total{uplink="fiber",family="ipv4"} 1\n');
});

test("the alert rules are right, and fire and stay silent when they should", () => {
  const run = (...words: string[]) => execFileSync("promtool", words, { cwd: packaging, encoding: "utf8" });
  expect(run("check", "rules", "wan-failover.rules.yaml")).toContain("SUCCESS");
  expect(run("test", "rules", "wan-failover.rules.test.yaml")).toContain("SUCCESS");
});

test("the scrape configuration is one", () => {
  for (const name of ["prometheus.yaml", "wan-failover.rules.yaml"]) writeFileSync(join(folder, name), read(name));
  writeFileSync(join(folder, "wan-failover.token"), "");
  expect(
    execFileSync("promtool", ["check", "config", join(folder, "prometheus.yaml")], { encoding: "utf8" }),
  ).toContain("SUCCESS");
});

test("rules and dashboard ask only for figures that there are", () => {
  const asked =
    `${read("wan-failover.rules.yaml")}${read("grafana-dashboard.json")}`.match(/\bwan_failover_[a-z_]+/g) ?? [];
  expect(asked.length).toBeGreaterThan(10);
  expect(asked.filter((name) => !(name in METRICS))).toEqual([]);
  const { panels } = JSON.parse(read("grafana-dashboard.json"));
  const rules = panels.flatMap(({ title, targets }: { title: string; targets: { expr: string }[] }) =>
    targets.map(({ expr }, index) => ({
      record: `panel:${title.toLowerCase().replaceAll(" ", "_")}:${index}`,
      expr: expr.replaceAll("$__rate_interval", "5m").replaceAll("$router", ".*"),
    })),
  );
  writeFileSync(join(folder, "panels.yaml"), JSON.stringify({ groups: [{ name: "panels", rules }] }));
  expect(execFileSync("promtool", ["check", "rules", join(folder, "panels.yaml")], { encoding: "utf8" })).toContain(
    "SUCCESS",
  );
});

test("the figures are served in Prometheus' content type", async () => {
  const { server, port } = await openSite(temporaryFolder());
  server.report({
    importance: "info",
    text: "",
    report: { kind: "diverted", family: "ipv6", from: ["fiber"], to: ["lte"], reason: "" },
  });
  const { headers, text } = await ask(port, { path: "/metrics" });
  expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(text).toContain('wan_failover_diverts_total{family="ipv6"} 1\n');
});
