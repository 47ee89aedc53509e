import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createLab } from "../../lab/lab.ts";
import type { StatusAnswer } from "../../src/api/contract.ts";

const COMMAND = new URL("../../bin/wan-failover", import.meta.url).pathname;

test("init proposes what is there, and AstLinux's variables, imported, switch as they did there", async () => {
  const lab = await createLab();
  onTestFinished(() => lab.close());
  const [first, second] = lab.plan.uplinks;
  const command = (...words: readonly string[]) => lab.execute("router", [COMMAND, ...words]);

  const proposed = join(lab.plan.directory, "proposed.yaml");
  const shown = await command("init", "--config", proposed);
  expect.soft(shown.stderr).toContain("Nothing was written");
  expect.soft((await command("init", "--yes", "--config", proposed)).code).toBe(0);
  const text = await readFile(proposed, "utf8");
  expect.soft(shown.stdout).toBe(text);
  expect.soft(text).toMatch(/interface: wan0 .* via 203\.0\.113\.1, metric 100\n[\s\S]*interface: wan1 /);
  expect.soft(text).not.toContain("nat:");
  expect.soft((await command("check", proposed)).code).toBe(0);
  const again = await command("init", "--yes", "--config", proposed);
  expect
    .soft([again.code, again.stderr])
    .toEqual([1, expect.stringContaining("is there already, and --yes replaces nothing")]);

  const folder = join(lab.plan.directory, "kd");
  await mkdir(join(folder, "rc.conf.d"), { recursive: true });
  await writeFile(
    join(folder, "rc.conf"),
    `EXTIF="wan0"\nEXTIP="${first?.ipv4.address}"\nEXTNM="255.255.255.252"\nEXTGW="${first?.ipv4.gateway}"\n`,
  );
  await writeFile(
    join(folder, "rc.conf.d/gui.failover.conf"),
    `WAN_FAILOVER_TARGETS="8.8.8.8 9.9.9.9"\nWAN_FAILOVER_TEST_INTERVAL="5"\nWAN_FAILOVER_THRESHOLD="2"\nWAN_FAILOVER_SECONDARY_DELAY="5"
EXT2IF="wan1"\nEXT2IP="${second?.ipv4.address}"\nEXT2NM="255.255.255.252"\nEXT2GW="${second?.ipv4.gateway}"\nWAN_FAILOVER_NOTIFY="$(touch ${folder}/run)"\n`,
  );
  const { code, stdout } = await command("import", "astlinux", folder);
  expect(code).toBe(0);
  expect(stdout).toContain("WAN_FAILOVER_NOTIFY");
  await expect(readFile(join(folder, "run"))).rejects.toThrow();
  const daemon = await lab.startDaemon({ config: stdout });
  const active = async (): Promise<readonly string[]> => ((await daemon.status()) as StatusAnswer).status.active;
  await expect.poll(active, { timeout: 20_000 }).toEqual(["primary"]);
  await lab.break("blackhole");
  await expect.poll(active, { timeout: 30_000 }).toEqual(["secondary"]);
  await lab.mend("blackhole");
  await expect.poll(active, { timeout: 40_000 }).toEqual(["primary"]);
  await daemon.stop();
});
