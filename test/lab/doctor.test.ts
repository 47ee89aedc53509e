import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pause } from "../../lab/clock.ts";
import { COMMAND } from "../../lab/daemon.ts";
import { briskConfig, diagnosed, type House, openHouse, ourDefaults } from "./house.ts";

interface Trouble {
  readonly code: string;
  readonly exit: number;
  /** What a person reads. */
  readonly says: RegExp;
  /** Shell scripts for the router. */
  readonly make: string;
  readonly undo: string;
}

const set = (name: string, value: number): string => `echo ${value} > /proc/sys/net/${name}`;

/** What is made wrong on a router whose daemon runs. */
const TROUBLES: readonly Trouble[] = [
  {
    code: "ipv4-forwarding-off",
    exit: 0,
    says: /IPv4 forwarding is off \[/,
    make: set("ipv4/ip_forward", 0),
    undo: set("ipv4/ip_forward", 1),
  },
  {
    code: "ipv6-forwarding-off",
    exit: 0,
    says: /IPv6 forwarding is off \[/,
    make: set("ipv6/conf/all/forwarding", 0),
    undo: set("ipv6/conf/all/forwarding", 1),
  },
  {
    code: "no-nat",
    exit: 0,
    says: /No rule translates what leaves by fiber from 192\.168\.77\.0\/24 \(lan0\).*\n.*\n.*`nat: true` under the uplink fiber/,
    make: "nft flush chain ip lab_nat outbound",
    undo: 'nft add rule ip lab_nat outbound oifname "wan*" masquerade',
  },
  {
    code: "route-before-default",
    exit: 0,
    says: /Traffic to 0\.0\.0\.0\/1 and 128\.0\.0\.0\/1 always takes wan1/,
    make: "ip route add 0.0.0.0/1 via 198.51.100.1; ip route add 128.0.0.0/1 via 198.51.100.1",
    undo: "ip route del 0.0.0.0/1; ip route del 128.0.0.0/1",
  },
  {
    code: "target-pinned",
    exit: 0,
    says: /1\.1\.1\.1 is a target, but has a route of its own through wan0/,
    make: "ip route add 1.1.1.1/32 via 203.0.113.1",
    undo: "ip route del 1.1.1.1/32",
  },
  {
    code: "rule-priority-taken",
    exit: 0,
    says: /ip rule del priority 18750/,
    make: "ip rule add priority 18750 from 10.0.0.0/8 lookup main",
    undo: "ip rule del priority 18750",
  },
  {
    code: "mark-in-use",
    exit: 0,
    says: /table inet shaper.* in bits that are ours \(0x3f000000\)/,
    make: "nft 'add table inet shaper; add chain inet shaper mangle { type filter hook forward priority 0; }; add rule inet shaper mangle meta mark set 0x01000001'",
    undo: "nft delete table inet shaper",
  },
  {
    code: "table-taken",
    exit: 1,
    says: /error: Somebody else has routes in table 8709/,
    make: "ip route add default via 203.0.113.1 table 8709",
    undo: "ip route del default table 8709",
  },
  {
    code: "interface-missing",
    exit: 1,
    says: /error: The interface wan1 of lte does not exist/,
    make: "ip link set wan1 down; ip link set wan1 name modem",
    undo: "ip link set modem name wan1; ip link set wan1 up; ip route replace default via 198.51.100.1 dev wan1 metric 200",
  },
];

/** The command as it runs in a container; `ip netns exec` has given it mounts of its own. */
const CONFINED = `#!/bin/sh -e
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
exec ${COMMAND} "$@"
`;

describe("doctor", () => {
  let house: House;
  let close = async (): Promise<void> => {};
  beforeAll(async () => {
    const keep = (closing: () => Promise<void>): void => {
      close = closing;
    };
    house = await openHouse({ config: briskConfig(), measure: { long: [] }, keep });
  });
  afterAll(() => close());

  test("finds nothing on a sound router", async () => {
    const { code, codes, text } = await diagnosed(house);
    expect({ code, codes }).toEqual({ code: 0, codes: [] });
    expect(text).toMatch(/^All is well: \d+ checks passed\.\n/);
  });

  test.each(TROUBLES)("finds $code, and says what to do", async ({ code, exit, says, make, undo }) => {
    await house.lab.run("router", make);
    const sick = await diagnosed(house);
    await house.lab.run("router", undo);
    expect.soft(sick.codes).toContain(code);
    expect.soft(sick.code).toBe(exit);
    expect.soft(sick.text).toMatch(says);
    expect.soft(sick.text).toMatch(new RegExp(`\\[${code}\\]\\n    .+\\n    → .+`));
  });

  test("finds nothing once all is undone", async () => {
    await house.lab.heal();
    expect((await diagnosed(house)).codes).toEqual([]);
  });

  test("says that the daemon is not running, and what it left behind", async () => {
    const daemon = house.daemon();
    await daemon.stop();
    const stopped = await diagnosed(house);
    expect.soft(stopped.codes).toEqual(["daemon-not-running"]);
    expect.soft(stopped.code).toBe(0);
    expect.soft(stopped.text).toMatch(/not running, but its routes or rules are in place/);
    await daemon.cli("reset");
    expect.soft((await diagnosed(house)).text).not.toMatch(/are in place/);
  });

  test("where /proc/sys is read-only, daemon and doctor say so once, and what doctor proposes mends it", async () => {
    const command = join(house.lab.plan.directory, "confined");
    writeFileSync(command, CONFINED, { mode: 0o755 });
    const daemon = await house.lab.startDaemon({ config: briskConfig(), command });
    const doctor = async (): Promise<string> => (await daemon.cli("doctor", "--config", daemon.configFile)).stdout;
    const sick = await doctor();
    expect.soft(sick).toMatch(/warning: \/proc\/sys is read-only.*\[sysctls-read-only\]\n.*carrier is lost/);
    expect.soft(sick).toMatch(/\n1 warning; /);
    await pause(2000);
    expect.soft(daemon.log().match(/The kernel refused .*read-only/g)).toHaveLength(1);
    expect.soft(await ourDefaults(house.lab)).toMatch(/^default via .* dev wan0 metric 1\b/);
    const [remedy = ""] = /nsenter .*/.exec(sick) ?? [];
    await house.lab.run("router", remedy.replace("PID", String(daemon.pid)));
    expect.soft(await doctor()).toMatch(/^All is well/);
    await daemon.stop();
  });
});
