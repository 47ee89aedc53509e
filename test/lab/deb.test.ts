import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

let folder: string;

beforeAll(() => {
  execFileSync(process.execPath, ["scripts/package.mjs", "deb"], { stdio: "ignore" });
  folder = mkdtempSync(join(tmpdir(), "wan-failover-unpacked-"));
  const deb = readdirSync("packages").find((file) => file.endsWith(".deb")) ?? "";
  execFileSync("dpkg-deb", ["-x", `packages/${deb}`, folder]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...argv: readonly string[]): string =>
  execFileSync(join(folder, "usr/lib/wan-failover/bin/wan-failover"), argv, { encoding: "utf8" });

test("what the package holds runs by itself, native parts included", () => {
  expect(run("--version")).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(run("check", join(folder, "usr/share/doc/wan-failover/examples/two-uplinks.yaml"))).toContain("valid");
  const load = "require('koffi')";
  execFileSync(process.execPath, ["-e", load], { cwd: join(folder, "usr/lib/wan-failover") });
});

test("it holds the manual, the completions and the unit, and no test or lab", () => {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  expect(files).toEqual(
    expect.arrayContaining([
      "usr/lib/systemd/system/wan-failover.service",
      "usr/share/man/man8/wan-failover.8.gz",
      "usr/share/man/man5/wan-failover.yaml.5.gz",
      "usr/share/bash-completion/completions/wan-failover",
      "usr/share/zsh/vendor-completions/_wan-failover",
      "usr/share/fish/vendor_completions.d/wan-failover.fish",
      "usr/share/doc/wan-failover/bill-of-materials.cdx.json",
      "usr/share/polkit-1/rules.d/60-wan-failover.rules",
      "usr/lib/wan-failover/bin/dhcp-hook",
    ]),
  );
  expect(files.filter((file) => /\/lab\.mjs$|\.test\.|\.ts$/.test(file))).toEqual([]);
});
