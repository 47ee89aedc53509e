import { expect, test } from "vitest";
import { asText } from "../../src/cli/render-doctor.ts";
import { ConfigError } from "../../src/config/mistake/issue.ts";
import { diagnose } from "../../src/core/doctor/doctor.ts";
import { AppError } from "../../src/error.ts";
import { healthy, sysctls } from "../fake/machine-facts.ts";

const configPath = "/etc/wan-failover/config.yaml";

const text = (changes: Partial<typeof healthy>, configError: AppError | null = null): string =>
  asText({ configPath, configError, outcomes: diagnose({ ...healthy, ...changes }) });

test("a machine on which all is well gets one sentence and a list of what was examined", () => {
  const [first, ...rest] = text({}).split("\n");
  expect(first).toMatch(/^All is well: \d+ checks passed\.$/);
  expect(rest.every((line) => /^ {2}[A-Z][a-z A-Z]+: /.test(line))).toBe(true);
  expect(rest.join()).toContain("the reverse-path filter (rp_filter)");
});

test("findings stand under their heading, the worst first, each with its remedy", () => {
  const shown = text({
    nft: { library: false, command: true, listing: null, problem: null },
    capabilities: { netAdmin: false, netRaw: true },
    daemon: { running: false, ranBefore: false },
    sysctls: sysctls({ "net/netfilter/nf_conntrack_tcp_loose": "0" }),
  });
  expect(shown).toMatch(/^This program\n {2}error: This process lacks CAP_NET_ADMIN \[no-permission\]\n {4}\S/);
  expect(shown).toMatch(/\n {4}→ sysctl -w net\.netfilter\.nf_conntrack_tcp_loose=1\n/);
  expect(shown).toMatch(/\n\n1 error, 1 warning, 2 notes; \d+ checks passed\.\n/);
});

test("where there is no config, init proposes one", () => {
  const missing = new AppError("config-missing", `${configPath} doesn't exist`);
  expect(text({ settings: null }, missing)).toContain(`→ wan-failover init --config ${configPath}\n`);
});

test("mistakes in the config come first, each with its place", () => {
  const issue = {
    path: "uplinks[0].interfce",
    line: 3,
    column: 5,
    message: "is unknown",
    remedy: "did you mean interface?",
  };
  const shown = text({ settings: null }, new ConfigError(configPath, [issue]));
  expect(shown).toMatch(/^Config\n {2}error: \/etc\/wan-failover\/config\.yaml has a mistake \[config-invalid\]\n/);
  expect(shown).toContain(`${configPath}:3:5 uplinks[0].interfce: is unknown → did you mean interface?`);
  expect(shown).toContain(`→ wan-failover check ${configPath}`);
});
