import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { now, pause } from "../../lab/clock.ts";
import type { Lab } from "../../lab/lab.ts";
import type { StatusAnswer } from "../../src/api/contract.ts";
import { FAMILIES } from "../../src/core/family.ts";
import type { Status } from "../../src/core/status.ts";
import type { DebianRoot, Machine } from "./debian-root.ts";

const PACKAGES = fileURLToPath(new URL("../../packages", import.meta.url));

const ARCHITECTURE = execFileSync("dpkg", ["--print-architecture"], { encoding: "utf8" }).trim();

/** The Debian package of this name for this machine. Throws as `packageFile` does. */
export const debFile = (name: string): string => packageFile(new RegExp(`^${name}_.*_${ARCHITECTURE}\\.deb$`));

/** The file in packages/ that this matches. Throws where `npm run package` made none. */
export const packageFile = (pattern: RegExp): string => {
  const files = existsSync(PACKAGES) ? readdirSync(PACKAGES) : [];
  const file = files.find((each) => pattern.test(each));
  if (file === undefined) throw new Error("there is no package: npm run package");
  return join(PACKAGES, file);
};

const inFolder = (act: (folder: string) => void): void => {
  const folder = mkdtempSync(join(tmpdir(), "wan-failover-next-"));
  act(folder);
  rmSync(folder, { recursive: true });
};

const edit = (file: string, change: (text: string) => string): void =>
  writeFileSync(file, change(readFileSync(file, "utf8")));

/** The same package as the next version. */
export const nextDeb = (deb: string, target: string): void =>
  inFolder((folder) => {
    execFileSync("dpkg-deb", ["-R", deb, folder]);
    edit(join(folder, "DEBIAN/control"), (text) => text.replace(/^Version: .*$/m, "$&+next"));
    execFileSync("dpkg-deb", ["--root-owner-group", "-Zgzip", "-b", folder, target], { stdio: "ignore" });
  });

/** The same tarball as the next version. */
export const nextTarball = (tarball: string, target: string): void =>
  inFolder((folder) => {
    execFileSync("tar", ["-xzf", tarball, "-C", folder]);
    edit(join(folder, "package/package.json"), (text) => text.replace(/"version": "[^"]*/, "$&-next"));
    execFileSync("tar", ["-czf", target, "-C", folder, "package"]);
  });

/** The lines of a Markdown file's first code block that contains this. */
export const linesWith = (text: string, file: string): readonly string[] => {
  const blocks = readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), "utf8").split(/^```.*$/m);
  const block = blocks.find((each, index) => index % 2 === 1 && each.includes(text));
  if (block === undefined) throw new Error(`${file} has no block with ${text}`);
  return block
    .trim()
    .split("\n")
    .map((line) => line.replace(/\s+#.*$/, ""));
};

/** A router of the lab that runs a Debian with the product in it. */
export interface Site {
  readonly root: DebianRoot;
  readonly lab: Lab;
  readonly machine: Machine;
}

const statusOf = async ({ machine }: Site): Promise<Status | null> => {
  const { code, said } = await machine.execute("wan-failover", "status", "--json");
  return code === 0 ? (JSON.parse(said) as StatusAnswer).status : null;
};

const isWell = ({ families, uplinks }: Status): boolean =>
  FAMILIES.every(
    (family) =>
      families[family].carrying.length > 0 && uplinks.every((uplink) => uplink.families[family]?.verdict === "up"),
  );

/** Waits until every uplink of the service is up. */
export const untilWell = async (site: Site): Promise<void> => {
  for (let tries = 0; tries < 100; tries += 1) {
    const status = await statusOf(site);
    if (status !== null && isWell(status)) return;
    await pause(200);
  }
  throw new Error(await site.machine.run("journalctl", "--no-pager", "--lines=20", "--unit", "wan-failover"));
};

/** Everything works, by the daemon's own account: no error in its log since it was started, nothing that `doctor` finds. */
export const expectHealth = async ({ machine }: Site): Promise<void> => {
  const doctor = await machine.execute("wan-failover", "doctor");
  expect(doctor).toMatchObject({ code: 0, said: expect.stringContaining("All is well") });
  const run = await machine.run("systemctl", "show", "--property", "InvocationID", "--value", "wan-failover");
  const own = `_SYSTEMD_INVOCATION_ID=${run.trim()}`;
  expect(await machine.run("journalctl", "--no-pager", "--quiet", "--priority=err", own)).toBe("");
  expect(await machine.run("journalctl", "--no-pager", "--quiet", own)).not.toBe("");
};

/** Users in the LAN lose no packet, of new flows and old, while this is done and the service is well again. */
export const losesNoPacket = async (site: Site, act: () => Promise<unknown>): Promise<void> => {
  const meter = await site.lab.measure();
  await pause(1000);
  const from = now();
  await act();
  await untilWell(site);
  await pause(500);
  const to = now();
  for (const flow of ["new", "long"] as const)
    for (const family of FAMILIES) expect(await meter.lost({ flow, protocol: "udp", family, from, to })).toBe(0);
  await meter.stop();
};

const OURS = /proto 87|lookup 87|wan_failover/;

/** Nothing of ours is in the kernel. */
export const expectKernelBare = async ({ lab }: Site): Promise<void> => {
  const kernel = "ip route show table all proto 87; ip rule show; ip -6 rule show; nft list tables";
  expect(await lab.run("router", kernel)).not.toMatch(OURS);
};
