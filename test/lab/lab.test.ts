import { describe, expect, test } from "vitest";
import { now, pause } from "../../lab/clock.ts";
import { ECHO, type LabOptions } from "../../lab/plan.ts";
import type { MeasureLine } from "../../lab/sample.ts";
import { FAMILIES } from "../../src/core/family.ts";
import { answered, openLab } from "./bare.ts";

describe("the lab", () => {
  test("is built within 1.5 s", async () => {
    const start = now();
    await openLab();
    expect(now() - start).toBeLessThan(1500);
  });

  test("lets the client reach the internet by both ISPs in both families", async () => {
    const lab = await openLab();
    const meter = await lab.measure();
    const begin = meter.now();
    await pause(300);
    const switched = await lab.break("route-withdrawn", "wan0");
    for (const family of FAMILIES) {
      const { uplink } = await meter.recovered({ flow: "new", family, after: switched, via: "wan1" });
      const before = await meter.uplinks({ flow: "new", family, from: begin, to: switched - 20 });
      expect([before.map((stretch) => stretch.uplink), uplink]).toEqual([["wan0"], "wan1"]);
    }
  });

  test("has ISPs that drop foreign sources", async () => {
    const lab = await openLab({ nat: "none" });
    await lab.run("router", "ip route del default dev wan0; ip -6 route del default dev wan0");
    const own = [await answered(lab, "198.51.100.2", ECHO.ipv4), await answered(lab, "2001:db8:b::2", ECHO.ipv6)];
    const foreign = [await answered(lab, "203.0.113.2", ECHO.ipv4), await answered(lab, "2001:db8:a::2", ECHO.ipv6)];
    expect({ own, foreign }).toEqual({ own: [1, 1], foreign: [0, 0] });
    expect(await lab.run("isp-b", "nft list chain inet isp forward")).toMatch(/packets 20 .*\n.*packets 20 /);
  });

  test.each<LabOptions>([
    { nat: "fixed" },
    { nat: "prefix" },
    { overlap: "same-subnet", ipv6Gateways: "global" },
    { overlap: "lan", reversePathFilter: 1 },
    { ipv6Routes: "advertised" },
    { wire: true },
    { uplinks: 16 },
  ])("works as %o", async (options) => {
    const lab = await openLab(options);
    const meter = await lab.measure({ long: [] });
    const after = meter.now();
    for (const family of FAMILIES) await meter.recovered({ flow: "new", family, after });
    expect(await lab.run("router", "cat /proc/sys/net/ipv4/conf/wan0/rp_filter")).toBe(
      `${options.reversePathFilter ?? 0}\n`,
    );
  });

  test("works beside another, whose faults it doesn't feel", async () => {
    const [one, other] = await Promise.all([openLab(), openLab()]);
    await one.break("blackhole");
    expect(await answered(one, "wan0", ECHO.ipv4)).toBe(0);
    expect(await answered(other, "wan0", ECHO.ipv4)).toBe(1);
  });

  test("lets replies to inbound connections return only by the uplink that they came in by", async () => {
    const lab = await openLab();
    const meter = await lab.measure({ new: [], long: [], inbound: ["udp", "tcp"] });
    const works = async (uplink: string): Promise<boolean> => {
      const from = meter.now();
      await pause(500);
      return (await meter.lost({ flow: "inbound", door: "router", uplink, from, to: from + 400 })) === 0;
    };
    expect([await works("wan0"), await works("wan1")]).toEqual([true, false]);
    await lab.run("router", "ip route add default via 198.51.100.1 table 9; ip rule add from 198.51.100.2 lookup 9");
    await lab.run("router", "ip -6 route add default via fe80::1 dev wan1 table 9");
    await lab.run("router", "ip -6 rule add from 2001:db8:b::2 lookup 9");
    expect(await works("wan1")).toBe(true);
  });

  test("measures an outage, its lost packets and its effect on a long TCP connection", async () => {
    const lab = await openLab();
    const meter = await lab.measure();
    await pause(300);
    const broken = await lab.break("blackhole");
    await pause(500);
    const mended = await lab.mend("blackhole");
    const { gapMs } = await meter.recovered({ flow: "new", after: broken });
    const lost = await meter.lost({ flow: "long", protocol: "udp", family: "ipv4", from: broken, to: mended });
    expect(gapMs).toBeGreaterThan(450);
    expect(gapMs).toBeLessThan(900);
    expect(lost).toBeGreaterThan(15);
    expect(meter.resets({ from: broken })).toEqual([]);
    await lab.run("internet", "ss -K dst 203.0.113.2 sport = :7 > /dev/null");
    await expect.poll(() => meter.resets({ family: "ipv4", from: mended }), { timeout: 10_000 }).toHaveLength(1);
  });

  test("has running connections that hang up and call again without a loss", async () => {
    const lab = await openLab();
    const lines: MeasureLine[] = [];
    const meter = await lab.measure({ new: [], listen: (_, line) => void lines.push(line) });
    await pause(500);
    const renewed = now();
    meter.renew({ protocol: "udp" });
    meter.renew({ protocol: "tcp" });
    await pause(2500);
    const after = lines.flatMap((line) => (line.kind === "sample" && line.sample.sentAt > renewed ? [line] : []));
    expect(new Set(after.map(({ stream }) => stream)).size).toBe(4);
    expect(after.filter(({ sample }) => sample.answeredAt === null)).toEqual([]);
    expect(lines.filter(({ kind }) => kind === "reset")).toEqual([]);
  });
});
