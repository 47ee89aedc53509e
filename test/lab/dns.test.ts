import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { pause } from "../../lab/clock.ts";
import type { Lab } from "../../lab/lab.ts";
import { LAN } from "../../lab/plan.ts";
import { areOn, BRISK, type House, isWell, openHouse, UPLINKS } from "./house.ts";

const ASK = fileURLToPath(new URL("ask.mjs", import.meta.url));
const NAME = "who.example";

/** Each ISP's resolver, which answers only the ISP's own customers, and what it says. */
const ISPS = [
  { isp: "isp-a", server: "203.0.113.53", says: "10.0.0.1" },
  { isp: "isp-b", server: "198.51.100.53", says: "10.0.0.2" },
] as const;

const DNSMASQ = [
  ...["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--log-facility=-", "--user=root"],
  ...["--no-hosts", "--bind-interfaces", "--cache-size=0"],
];

const resolversFile = ({ plan }: Lab): string => join(plan.directory, "run/resolv.conf");

const startServers = async (lab: Lab): Promise<void> => {
  for (const { isp, server, says } of ISPS) {
    await lab.run(
      isp,
      `ip address add ${server}/32 dev lo
       nft 'add table inet customers; add chain inet customers entering { type filter hook input priority 0; }; add rule inet customers entering iifname "up0" th dport 53 drop'`,
    );
    lab.spawn(isp, [...DNSMASQ, "--no-resolv", `--listen-address=${server}`, `--host-record=${NAME},${says}`]);
  }
  lab.spawn("router", [...DNSMASQ, `--resolv-file=${resolversFile(lab)}`, `--listen-address=${LAN.ipv4.router}`]);
};

const configOf = (change: object = {}): object => ({
  uplinks: UPLINKS.map((uplink, place) => ({ ...uplink, detection: BRISK, dns: [ISPS[place]?.server], ...change })),
  failover: { holdAfterFailover: "1s", holdAfterFailback: "1s" },
});

/** A question may wait for an answer for two seconds, and the machine may be busy (ms). */
const SOON_MS = 6000;

interface Asked {
  readonly at: number;
  readonly answer: string;
}

/** What a LAN client is told by the router's dnsmasq over so many seconds. */
const asking = async ({ lab }: House, seconds: number): Promise<readonly Asked[]> => {
  const argv = [process.execPath, ASK, LAN.ipv4.router, NAME, String(seconds)];
  const { stdout } = await lab.execute("client", argv);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Asked)
    .sort((a, b) => a.at - b.at);
};

/** The interface by which the router itself asks a resolver. */
const way = async (lab: Lab, server: string): Promise<string | undefined> =>
  /dev (\S+)/.exec(await lab.run("router", `ip route get ${server} ipproto udp dport 53`))?.[1];

test("dnsmasq keeps resolving through a failover, each ISP's resolver asked over its own uplink", async () => {
  const house = await openHouse({ config: configOf(), prepare: startServers, measure: { new: [], long: [] } });
  const { lab } = house;
  const file = resolversFile(lab);
  expect(await lab.run("router", `grep -v '^#' ${file}; stat -c %a ${file}`)).toBe("nameserver 203.0.113.53\n644\n");
  const inode = await lab.run("router", `stat -c %i ${file}`);

  const answers = asking(house, 10);
  await pause(2000);
  const broken = await lab.break("blackhole", "wan0");
  await house.until("on lte", areOn("lte"));
  await pause(1500);
  const mended = await lab.mend("blackhole", "wan0");
  await house.until("well again", isWell, 20_000);
  await pause(1500);
  const all = await answers;
  expect(new Set(all.filter(({ at }) => at < broken).map(({ answer }) => answer))).toEqual(new Set(["10.0.0.1"]));
  const over = all.find(({ at, answer }) => at > broken && answer === "10.0.0.2");
  const back = all.findLast(({ answer }) => answer === "10.0.0.2");
  expect(over?.at ?? Number.POSITIVE_INFINITY).toBeLessThan(broken + SOON_MS);
  expect(back?.at ?? 0).toBeGreaterThan(mended - 2000);
  expect((await asking(house, 2)).at(-1)?.answer).toBe("10.0.0.1");
  const failed = all.filter(({ answer }) => !answer.startsWith("10."));
  expect(failed.every(({ at }) => at > broken - 2000 && at < broken + SOON_MS)).toBe(true);
  expect(await lab.run("router", `stat -c %i ${file}`)).not.toBe(inode);

  await house.restart({ config: configOf({ tier: 1 }) });
  await house.until("both carry", ({ families }) => families.ipv4.carrying.length === 2);
  expect(await Promise.all(ISPS.map(({ server }) => way(lab, server)))).toEqual(["wan0", "wan1"]);
  expect(await lab.run("router", "ip rule show priority 18891")).toMatch(
    /from all to 203\.0\.113\.53 iif lo dport 53 lookup 8701 proto 87\n.*from all to 198\.51\.100\.53 iif lo dport 53 lookup 8702/,
  );
  await house.daemon().stop();
  expect((await house.daemon().cli("reset")).code).toBe(0);
  expect(await lab.run("router", `ip rule show priority 18891; ls ${file} 2>&1 || :`)).toMatch(/^ls: cannot access/);
});
