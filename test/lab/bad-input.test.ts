import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { now, pause } from "../../lab/clock.ts";
import type { Outcome } from "../../lab/daemon.ts";
import { createLab, type Lab } from "../../lab/lab.ts";
import type { StatusAnswer } from "../../src/api/contract.ts";
import { FAMILIES } from "../../src/core/family.ts";
import type { Status } from "../../src/core/status.ts";
import { type House, isWell, losses, openHouse, placesOf, UPLINKS } from "./house.ts";

const COMMAND = fileURLToPath(new URL("../../bin/wan-failover", import.meta.url));
const BUNDLE = fileURLToPath(new URL("../../dist/wan-failover.mjs", import.meta.url));

const TEN_MISTAKES = `uplinks:
  - name: Fiber One
    interface: wan0
    tier: 0
    weight: 300
    speed: fast
  - name: lte
    interface: "wan/1"
    detection: brisk
    targets: [1.1.1.1, 8.8.8]
    ipv4: { gateway: fe80::1 }
failover:
  holdAfterFailover: 10
  failback: maybe
`;

/** The line, the option and what would be right, of each. */
const TOLD: readonly RegExp[] = [
  /:2:\d+ uplinks\[0\]\.name: .+ → give text such as fiber$/,
  /:4:\d+ uplinks\[0\]\.tier: .+ → give a whole number from 1 to 31$/,
  /:5:\d+ uplinks\[0\]\.weight: .+ → give a whole number from 1 to 256$/,
  /:6:\d+ uplinks\[0\]\.speed: is unknown → known here: name, interface, .+$/,
  /:8:\d+ uplinks\[1\]\.interface: .+ → give text such as eth0$/,
  /:9:\d+ uplinks\[1\]\.detection: .+ → give fast, balanced, .+$/,
  /:10:\d+ uplinks\[1\]\.targets\[1\]: .+ → give the address of a host .+$/,
  /:11:\d+ uplinks\[1\]\.ipv4\.gateway: .+ → give one IPv4 address, .+$/,
  /:13:\d+ failover\.holdAfterFailover: 10 has no unit → give a duration .+$/,
  /:14:\d+ failover\.failback: .+ → give auto or manual$/,
];

const STACK_TRACE = /^\s+at .+:\d+:\d+\)?$/m;

/** A bare machine with two uplinks. Its config says `uplinks`. */
const openMachine = async (config: string = JSON.stringify({ uplinks: UPLINKS })): Promise<Lab> => {
  const lab = await createLab();
  onTestFinished(() => lab.close());
  const { configFile, env } = placesOf(lab);
  for (const directory of Object.values(env)) await mkdir(directory, { recursive: true });
  await writeFile(configFile, config);
  await chmod(lab.plan.directory, 0o755);
  return lab;
};

/** How long a command that should give up may take, in seconds. */
const PATIENCE_S = "10";

const runIn = (lab: Lab, argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> =>
  lab.execute("router", ["timeout", PATIENCE_S, ...argv], { ...placesOf(lab).env, ...env });

const runDaemon = (lab: Lab, wrapper: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Outcome> =>
  runIn(lab, [...wrapper, COMMAND, "run", "--config", placesOf(lab).configFile], env);

interface Refusal {
  readonly code: number;
  /** All that is said. */
  readonly says: RegExp;
}

const expectRefusal = (outcome: Outcome, { code, says }: Refusal): void => {
  expect.soft(outcome.stderr).toMatch(says);
  expect.soft(outcome.stderr).not.toMatch(STACK_TRACE);
  expect.soft(outcome).toMatchObject({ code, stdout: "" });
};

const NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"];
const POWERLESS = [...NOBODY, "--bounding-set", "-all", "--inh-caps", "-all"];

describe("a start that can't succeed", () => {
  test("tells every mistake in the config with its line, its option and the remedy", async () => {
    const lab = await openMachine(TEN_MISTAKES);
    for (const command of [["check"], ["run", "--config", placesOf(lab).configFile]]) {
      const outcome = await runIn(lab, [COMMAND, ...command]);
      expect(outcome).toMatchObject({ code: 2, stdout: "" });
      const lines = outcome.stderr.trimEnd().split("\n");
      expect(lines).toHaveLength(TOLD.length);
      for (const [index, line] of lines.entries()) expect.soft(line).toMatch(TOLD[index] ?? /never/);
    }
    expect(await lab.run("router", "ip route show proto 87; ip rule show protocol 87; nft list tables")).not.toMatch(
      /wan_failover|proto 87/,
    );
  });

  test("says so without a config, without permission, and beside another daemon", async () => {
    const lab = await openMachine();
    const { configFile } = placesOf(lab);
    const missing = await runIn(lab, [COMMAND, "run", "--config", `${configFile}.no`]);
    expectRefusal(missing, {
      code: 2,
      says: /^wan-failover: .+\.no doesn't exist\. Name another file, or create it: .+\n$/,
    });

    const refused = /^wan-failover: .+ EPERM\. Run it as root.+\n$/;
    expectRefusal(await runDaemon(lab, POWERLESS), { code: 1, says: refused });
    expectRefusal(await runIn(lab, [...POWERLESS, COMMAND, "reset"]), { code: 1, says: refused });
    const capable = [...NOBODY, "--inh-caps", "+net_admin,+net_raw", "--ambient-caps", "+net_admin,+net_raw"];
    // The state directory is closed to it as well, which is told first.
    const closed = /^wan-failover: .*api\.sock can't be opened: .*EACCES.+\n$/m;
    expectRefusal(await runDaemon(lab, capable), { code: 1, says: closed });

    const daemon = await lab.startDaemon({ config: { uplinks: UPLINKS } });
    expectRefusal(await runDaemon(lab), {
      code: 1,
      says: /^wan-failover: .*daemon is running already.+ Stop it first\.\n$/i,
    });
    const powerless = await runIn(lab, [...POWERLESS, COMMAND, "status"]);
    expectRefusal(powerless, { code: 1, says: /^wan-failover: you may not talk to the daemon .+\n$/i });
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    expectRefusal(await runIn(lab, [COMMAND, "status"]), { code: 3, says: /^wan-failover: no daemon answers .+\n$/i });
  });

  test("says so where neither libnftables nor nft is there", async () => {
    const lab = await openMachine();
    const { configFile } = placesOf(lab);
    const library = (await lab.run("router", "ldconfig -p")).match(/libnftables\.so\.1 .*=> (.+)/)?.[1] ?? "";
    const hidden = `mount --bind /dev/null ${library}; PATH=/nonexistent`;
    const script = `${hidden} exec ${process.execPath} ${BUNDLE} "$@"`;
    const without = ["unshare", "--mount", "sh", "-c", script, "sh"];
    const says = /^wan-failover: Neither libnftables nor nft was found\. Install the package nftables\.\n$/;
    expectRefusal(await runIn(lab, [...without, "run", "--config", configFile]), { code: 1, says });
    expectRefusal(await runIn(lab, [...without, "reset"]), { code: 1, says });
  });
});

describe("a machine that lacks something", () => {
  test("an interface: the others serve, it is named, and taken up when it appears", async () => {
    const house = await openHouse({
      prepare: (lab) =>
        lab.run("router", "ip link set wan0 name later0 2>/dev/null || ip link set wan0 down name later0"),
      ready: ({ families }) => FAMILIES.every((family) => families[family].active.join() === "lte"),
      measure: { long: ["udp"] },
    });
    expect(house.daemon().log()).toContain("fiber IPv4 is down: the interface wan0 is missing");
    const from = house.meter.now();
    await house.lab.run("router", "ip link set later0 down name wan0");
    await house.lab.heal();
    const answers = ({ uplinks }: Status): boolean =>
      FAMILIES.every((family) => /^(up|hold-down)$/.test(uplinks[0]?.families[family]?.verdict ?? ""));
    await house.until("fiber answers", answers);
    expect(await losses(house, { from })).toEqual({});
  });

  test("IPv6: IPv4 works, and nothing is tried in vain", async () => {
    const house = await openHouse({
      prepare: (lab) =>
        lab.run("router", "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1"),
      ready: ({ uplinks }) => uplinks.every(({ families }) => families.ipv4?.verdict === "up"),
      measure: { families: ["ipv4"], long: ["udp"] },
    });
    const from = house.meter.now();
    const status = await house.status();
    expect(status).toMatchObject({ online: true, active: ["fiber"], problems: [] });
    expect(status.uplinks.map(({ families }) => families.ipv6?.reason)).toEqual([
      "no IPv6 address on wan0",
      "no IPv6 address on wan1",
    ]);
    const after = await house.lab.break("blackhole");
    await house.meter.recovered({ flow: "new", family: "ipv4", after, via: "wan1" });
    await house.lab.mend("blackhole");
    expect(house.daemon().log()).not.toMatch(/error|refused/);
    expect((await house.daemon().cli("status")).code).toBe(0);
    expect((await house.daemon().stop()).code).toBe(0);
    expect((await house.daemon().cli("reset")).code).toBe(0);
    expect(house.meter.now()).toBeGreaterThan(from);
  });
});

const hasLogged = async (house: House, what: RegExp): Promise<void> => {
  const start = now();
  while (!what.test(house.daemon().log())) {
    if (now() - start > 5000) throw new Error(`never logged ${what}: ${house.daemon().log()}`);
    await pause(10);
  }
};

/** Changes the config of the running daemon. */
const reload = async (house: House, config: string | object): Promise<void> => {
  const text = typeof config === "string" ? config : JSON.stringify(config);
  await writeFile(join(house.lab.plan.directory, "etc/config.yaml"), text);
  house.daemon().signal("SIGHUP");
};

const readings = (house: House): number => house.daemon().log().split("was read again").length - 1;

describe("SIGHUP", () => {
  test("with a bad config changes nothing and says why", async () => {
    const house = await openHouse({ measure: { long: ["udp"] } });
    const from = house.meter.now();
    await reload(house, TEN_MISTAKES);
    await hasLogged(house, /error: The config .+ was not taken, the one before stays in force: .+uplinks\[0\]\.tier/);
    await reload(house, "uplinks: [");
    await hasLogged(house, /was not taken, the one before stays in force: .+:1:11 isn't valid YAML/);
    const answer = (await house.daemon().status()) as StatusAnswer;
    expect(answer.messages.filter(({ level }) => level === "error").map(({ text }) => text)).toEqual([
      expect.stringContaining("was not taken"),
      expect.stringContaining("isn't valid YAML"),
    ]);
    expect((await house.daemon().cli("status")).stdout).toMatch(/was\s+not\s+taken/);
    expect(isWell(answer.status)).toBe(true);
    expect(await losses(house, { from })).toEqual({});
    await reload(house, { uplinks: UPLINKS, log: { level: "debug" } });
    await house.until("taken", ({ problems }) => problems.length === 0);
    await hasLogged(house, /was read again; what it says of log counts from the next start on/);
  });

  test("with a good one adds, removes, reorders and retunes uplinks without a lost packet", async () => {
    const [fiber, lte] = UPLINKS;
    const dsl = { name: "dsl", interface: "wan2" };
    const house = await openHouse({ lab: { uplinks: 3 }, measure: { long: ["udp"] } });
    const from = house.meter.now();
    const isUp =
      (...names: readonly string[]) =>
      ({ uplinks, families }: Status): boolean =>
        uplinks.map(({ name }) => name).join() === names.join() &&
        FAMILIES.every(
          (family) =>
            families[family].carrying.join() === names[0] &&
            uplinks.every((uplink) => uplink.families[family]?.verdict === "up"),
        );
    const steps: readonly { config: object; ready: (status: Status) => boolean }[] = [
      { config: { uplinks: [fiber, lte, dsl] }, ready: isUp("fiber", "lte", "dsl") },
      {
        config: { uplinks: [fiber, lte, dsl].map((one) => ({ ...one, detection: "fast" })) },
        ready: isUp("fiber", "lte", "dsl"),
      },
      {
        config: { uplinks: [dsl, fiber, lte], failover: { holdAfterFailover: "1s" } },
        ready: isUp("dsl", "fiber", "lte"),
      },
      { config: { uplinks: [fiber, lte] }, ready: isUp("fiber", "lte") },
      { config: { uplinks: [lte] }, ready: isUp("lte") },
      { config: { uplinks: UPLINKS }, ready: isUp("fiber", "lte") },
    ];
    for (const [index, { config, ready }] of steps.entries()) {
      await reload(house, config);
      await house.until(`read ${index + 1} times`, () => readings(house) === index + 1);
      await house.until(`as in step ${index + 1}`, ready, 20_000);
      await pause(300);
    }
    const to = house.meter.now();
    expect(await losses(house, { from, to }, [{ flow: "new" }])).toEqual({});
    // The uplink that they had begun on was removed: their next packet starts them anew on another.
    for (const lost of Object.values(await losses(house, { from, to }))) expect(lost).toBeLessThanOrEqual(1);
    expect(await house.lab.run("router", "ip rule show protocol 87; ip route show table all proto 87")).not.toMatch(
      /dev wan2|lookup 8703/,
    );
  });
});
