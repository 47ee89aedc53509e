import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pause } from "../../lab/clock.ts";
import type { StatusAnswer } from "../../src/api/contract.ts";
import { areOn, briskConfig, isWell, openHouse, ourDefaults, placesOf } from "./house.ts";

const COMMAND = new URL("../../bin/wan-failover", import.meta.url).pathname;
const SERVICE = new URL("../../packaging/astlinux/init.d/failover", import.meta.url).pathname;

test("service failover does what AstLinux's does, whatever state the daemon before is in", async () => {
  const config = { ...briskConfig({ holdAfterFailover: "10m" }), status: {} };
  const house = await openHouse({
    config,
    prepare: async (lab) => {
      Object.assign(config.status, { astlinuxFile: join(lab.plan.directory, "status") });
    },
  });
  const { lab } = house;
  const { env } = placesOf(lab);
  const state = join(lab.plan.directory, "state");
  const service = (verb: string) =>
    lab.execute("router", [SERVICE, verb], { ...env, STATE_DIRECTORY: state, WAN_FAILOVER: COMMAND });
  const answer = async (): Promise<StatusAnswer> => (await house.daemon().status()) as StatusAnswer;
  const statusFile = (): Promise<string> => readFile(join(lab.plan.directory, "status"), "utf8");

  const [fiber, lte] = lab.plan.uplinks;
  const text = (link: string): RegExp =>
    new RegExp(
      [
        "^WAN Failover Updated: \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d",
        `WAN Link: ${link}`,
        `Primary Gateway: ${fiber?.ipv4.gateway}`,
        `Secondary Gateway: ${lte?.ipv4.gateway}`,
        `Secondary IPv6 Gateway: ${lte?.ipv6.gateway}`,
        "Target IPv4 Hosts: 1.1.1.1 8.8.8.8 9.9.9.9\n$",
      ].join("\n"),
    );
  expect.soft((await service("status")).stdout).toMatch(text("PRIMARY"));
  expect.soft(await statusFile()).toMatch(text("PRIMARY"));

  expect.soft((await service("start")).stdout).toBe(`It runs already, PID ${house.daemon().pid}.\n`);
  expect.soft((await service("test")).stdout).toMatch(/^Testing: traffic goes over lte for 600 s; /);
  await house.until("on lte", areOn("lte"));
  await expect.poll(statusFile).toMatch(text("SECONDARY"));
  expect.soft((await service("test")).stdout).toBe("Traffic is on lte already; nothing is tested.\n");

  // What a SIGKILL leaves behind, a test among it.
  await house.daemon().kill9();
  const defaults = await ourDefaults(lab);
  expect.soft((await service("stop")).stdout).toBe("No daemon runs.\n");
  expect.soft((await service("start")).stdout).toMatch(/^Started, PID \d+\.\n$/);
  const second = await answer();
  expect.soft(second.status.test?.uplink).toBe("lte");
  expect.soft(await ourDefaults(lab)).toBe(defaults);
  expect.soft((await service("restart")).stdout).toMatch(/^Started, PID \d+\.\n$/);
  await house.until("well: a restart ends a test", isWell);

  // A daemon that hangs and ignores SIGTERM.
  const third = await answer();
  process.kill(third.pid, "SIGSTOP");
  const hanging = await service("start");
  expect.soft(hanging.code).toBe(1);
  expect
    .soft(hanging.stderr)
    .toContain(`the daemon, PID ${third.pid}, hangs; \`wan-failover service restart\` replaces it`);
  expect.soft((await service("restart")).code).toBe(0);
  const fourth = await answer();
  expect.soft(fourth.pid).not.toBe(third.pid);

  // A config with a mistake costs nothing.
  const { configFile } = placesOf(lab);
  const good = await readFile(configFile, "utf8");
  await lab.run("router", `echo 'uplinks: 3' > ${configFile}`);
  const refused = await service("restart");
  expect.soft([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("uplinks: 3 doesn't fit")]);
  expect.soft((await answer()).pid).toBe(fourth.pid);
  await lab.run("router", `cat > ${configFile} <<'END'\n${good}\nEND`);

  const before = await ourDefaults(lab);
  expect.soft((await service("stop")).stdout).toBe(`Stopped, PID ${fourth.pid}.\n`);
  expect.soft(await ourDefaults(lab)).toBe(before);
  await expect(house.daemon().status()).rejects.toThrow();
  await Promise.all([service("restart"), service("restart"), service("start")]);
  await pause(1000);
  expect((await answer()).status.active).toEqual(["fiber"]);
  await service("stop");
});
