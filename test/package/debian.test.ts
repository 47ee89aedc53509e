import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { now, pause } from "../../lab/clock.ts";
import { createLab, type Lab } from "../../lab/lab.ts";
import type { StatusAnswer } from "../../src/api/contract.ts";
import { isWell, UPLINKS } from "../lab/house.ts";
import { buildDebianRoot, type DebianRoot, type Machine } from "./debian-root.ts";

const PACKAGES = fileURLToPath(new URL("../../packages", import.meta.url));

/** Debian 12's own Node is too old, so that our runtime comes along; Debian 13's is right. */
const SUITES = [
  { suite: "bookworm", needed: ["wan-failover", "wan-failover-node"] },
  { suite: "trixie", needed: ["wan-failover"] },
] as const;

// biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders.
const VERSION = "${Version}";

const debOf = (name: string): string => {
  const file = readdirSync(PACKAGES).find((each) => each.startsWith(`${name}_`) && each.endsWith(".deb"));
  if (file === undefined) throw new Error("there is no package: npm run package");
  return join(PACKAGES, file);
};

/** The same package as the next version. */
const nextVersionOf = (deb: string, target: string): void => {
  const folder = mkdtempSync(join(tmpdir(), "wan-failover-next-"));
  execFileSync("dpkg-deb", ["-R", deb, folder]);
  const control = readFileSync(join(folder, "DEBIAN/control"), "utf8");
  writeFileSync(join(folder, "DEBIAN/control"), control.replace(/^Version: .*$/m, "$&+next"));
  execFileSync("dpkg-deb", ["--root-owner-group", "-Zgzip", "-b", folder, target], { stdio: "ignore" });
  rmSync(folder, { recursive: true });
};

describe.each(SUITES)("on a clean $suite", ({ suite, needed }) => {
  let root: DebianRoot;
  let lab: Lab;
  let machine: Machine;

  beforeAll(async () => {
    root = await buildDebianRoot(suite);
    for (const name of needed) copyFileSync(debOf(name), join(root.path, "root", `${name}.deb`));
    nextVersionOf(debOf("wan-failover"), join(root.path, "root", "next.deb"));
    await root.inside(
      "apt-get",
      "install",
      "-q",
      "-y",
      "--no-install-recommends",
      ...needed.map((name) => `/root/${name}.deb`),
    );
    mkdirSync(join(root.path, "etc/wan-failover"), { recursive: true });
    const config = join(root.path, "etc/wan-failover/config.yaml");
    writeFileSync(config, JSON.stringify({ uplinks: UPLINKS }));
    chmodSync(config, 0o644);
    lab = await createLab();
    machine = await root.boot(lab.namespace("router"));
  }, 900_000);

  afterAll(async () => {
    await machine?.powerOff();
    await lab?.close();
    await root?.remove();
  }, 60_000);

  const statusOf = async () =>
    (JSON.parse(await machine.run("wan-failover", "status", "--json")) as StatusAnswer).status;

  const untilWell = async (): Promise<void> => {
    for (let tries = 0; tries < 100; tries += 1) {
      const { code } = await machine.execute("wan-failover", "status", "--json");
      if (code === 0 && isWell(await statusOf())) return;
      await pause(200);
    }
    throw new Error(await machine.run("journalctl", "--no-pager", "--lines=20", "--unit", "wan-failover"));
  };

  test("the service runs as its own user, confined, and carries traffic", async () => {
    await untilWell();
    expect(await machine.run("systemctl", "show", "--property", "ActiveState,User,Type", "wan-failover")).toBe(
      "Type=notify\nUser=wan-failover\nActiveState=active\n",
    );
    const said = await machine.run("systemd-analyze", "security", "--no-pager", "wan-failover");
    expect(Number(/Overall exposure level for .*: ([\d.]+)/.exec(said)?.[1])).toBeLessThanOrEqual(2);
    // The one part of /proc/sys that the unit leaves writable.
    expect(await lab.run("router", "cat /proc/sys/net/ipv4/conf/wan0/ignore_routes_with_linkdown")).toBe("1\n");
    expect((await machine.execute("wan-failover", "doctor")).said).not.toMatch(/permission/i);
  });

  test("an upgrade loses no packet", async () => {
    const meter = await lab.measure();
    await pause(1000);
    const from = now();
    await machine.run("dpkg", "--install", "/root/next.deb");
    await untilWell();
    await pause(500);
    const to = now();
    expect(await machine.run("dpkg-query", "--show", "--showformat", VERSION, "wan-failover")).toContain("+next");
    for (const flow of ["new", "long"] as const)
      for (const family of ["ipv4", "ipv6"] as const)
        expect(await meter.lost({ flow, protocol: "udp", family, from, to })).toBe(0);
  });

  test("a removal leaves nothing of ours in the kernel, a purge nothing on the disk", async () => {
    await machine.run("apt-get", "remove", "-q", "-y", "wan-failover");
    const kernel = await lab.run(
      "router",
      "ip route show table all proto 87; ip rule show; ip -6 rule show; nft list tables",
    );
    expect(kernel).not.toMatch(/proto 87|lookup 87|wan_failover/);
    expect(existsSync(join(root.path, "etc/wan-failover/config.yaml"))).toBe(true);
    await machine.run("apt-get", "purge", "-q", "-y", "wan-failover");
    const left = [
      "etc/wan-failover",
      "var/lib/wan-failover",
      "run/wan-failover",
      "usr/lib/wan-failover",
      "usr/bin/wan-failover",
    ];
    expect(left.filter((path) => existsSync(join(root.path, path)))).toEqual([]);
    expect(readFileSync(join(root.path, "etc/passwd"), "utf8")).not.toContain("wan-failover");
  });
});
