import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { now, pause } from "../../lab/clock.ts";
import { createLab, type Lab } from "../../lab/lab.ts";
import { buildDebianRoot, type DebianRoot, type Machine } from "./debian-root.ts";
import {
  debFile,
  expectHealth,
  expectKernelBare,
  linesWith,
  losesNoPacket,
  nextDeb,
  nextTarball,
  packageFile,
  untilWell,
} from "./site.ts";

/** Debian 12's own Node is too old, so that our runtime comes along; Debian 13's is right. */
const SUITES = [
  { suite: "bookworm", runtime: " ./wan-failover-node_*.deb" },
  { suite: "trixie", runtime: "" },
] as const;

const TARBALL = /\.tgz$/;

// biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders.
const VERSION = "${Version}";

/** systemd waits so long for a sign of life (ms, `WatchdogSec`), and the daemon then starts. */
const WATCHDOG_MS = 10_000;

const answered = (command: string): string => `printf 'y\n' | script -qec '${command}' /dev/null`;

describe.each(SUITES)("on a clean $suite", ({ suite, runtime }) => {
  let root: DebianRoot;
  let lab: Lab;
  let machine: Machine;
  const site = () => ({ root, lab, machine });
  const isThere = (path: string): boolean => existsSync(join(root.path, path));

  beforeAll(async () => {
    root = await buildDebianRoot(suite);
    for (const file of ["wan-failover", "wan-failover-node"].map(debFile))
      copyFileSync(file, join(root.path, "root", basename(file)));
    nextDeb(debFile("wan-failover"), join(root.path, "root/next.deb"));
    lab = await createLab();
  }, 900_000);

  afterAll(async () => {
    await machine?.powerOff();
    await lab?.close();
    await root?.remove();
  }, 60_000);

  test("the three lines of the README install and start it", { timeout: 300_000 }, async () => {
    const [install = "", init = "", start = "", ...rest] = linesWith("apt install", "README.md");
    expect(rest).toEqual([]);
    writeFileSync(join(root.path, "etc/apt/apt.conf.d/90yes"), 'APT::Get::Assume-Yes "true";\n');
    await root.inside("sh", "-c", `cd /root && ${install}${runtime}`);
    machine = await root.boot(lab.namespace("router"));
    await machine.run("sh", "-c", answered(init));
    await machine.run("sh", "-c", start);
    await untilWell(site());
  });

  test("the service runs as its own user, confined, and finds nothing amiss", async () => {
    expect(await machine.run("systemctl", "show", "--property", "ActiveState,User,Type", "wan-failover")).toBe(
      "Type=notify\nUser=wan-failover\nActiveState=active\n",
    );
    const said = await machine.run("systemd-analyze", "security", "--no-pager", "wan-failover");
    expect(Number(/Overall exposure level for .*: ([\d.]+)/.exec(said)?.[1])).toBeLessThanOrEqual(2);
    // The one part of /proc/sys that the unit leaves writable.
    expect(await lab.run("router", "cat /proc/sys/net/ipv4/conf/wan0/ignore_routes_with_linkdown")).toBe("1\n");
    await expectHealth(site());
  });

  test("a daemon that hangs is replaced by systemd, and meanwhile no packet is lost", async () => {
    const pid = () => machine.run("systemctl", "show", "--property", "MainPID", "--value", "wan-failover");
    const hung = await pid();
    await losesNoPacket(site(), async () => {
      const from = now();
      await machine.run("systemctl", "kill", "--signal=STOP", "--kill-whom=main", "wan-failover");
      while ((await pid()) === hung && now() - from < 3 * WATCHDOG_MS) await pause(200);
    });
    expect(await pid()).not.toBe(hung);
    expect(await machine.run("journalctl", "--no-pager", "--unit", "wan-failover")).toContain("Watchdog timeout");
  });

  test("an upgrade loses no packet", async () => {
    await losesNoPacket(site(), () => machine.run("apt-get", "install", "-q", "/root/next.deb"));
    expect(await machine.run("dpkg-query", "--show", "--showformat", VERSION, "wan-failover")).toContain("+next");
  });

  test("a removal leaves nothing of ours in the kernel, a purge nothing on the disk", async () => {
    await machine.run("apt-get", "remove", "-q", "wan-failover");
    await expectKernelBare(site());
    expect(isThere("etc/wan-failover/config.yaml")).toBe(true);
    await machine.run("apt-get", "purge", "-q", "wan-failover");
    const ours = [
      "etc/wan-failover",
      "var/lib/wan-failover",
      "run/wan-failover",
      "usr/lib/wan-failover",
      "usr/bin/wan-failover",
    ];
    expect(ours.filter(isThere)).toEqual([]);
    expect(readFileSync(join(root.path, "etc/passwd"), "utf8")).not.toContain("wan-failover");
  });

  test("the npm tarball does the same: installs, finds nothing amiss, updates without a lost packet, goes", async () => {
    const npm = (...words: readonly string[]) =>
      execFileSync("npm", [...words, "--global", "--prefix", join(root.path, "usr/local")], { stdio: "ignore" });
    const next = join(root.path, "root/next.tgz");
    nextTarball(packageFile(TARBALL), next);
    npm("install", packageFile(TARBALL));
    const [, ...steps] = linesWith("npm install", "packaging/systemd/README.md");
    const script = steps.map((step) => (step === "wan-failover init" ? answered(step) : step)).join("\n");
    await machine.run("sh", "-ec", script);
    await untilWell(site());
    await expectHealth(site());
    await losesNoPacket(site(), async () => {
      npm("install", next);
      await machine.run("systemctl", "restart", "wan-failover");
    });
    const installed = join(root.path, "usr/local/lib/node_modules/wan-failover");
    expect(readFileSync(join(installed, "package.json"), "utf8")).toContain("-next");
    await machine.run("systemctl", "disable", "--now", "wan-failover");
    await machine.run("wan-failover", "reset");
    npm("uninstall", "wan-failover");
    await expectKernelBare(site());
    expect(existsSync(installed)).toBe(false);
  });
});
