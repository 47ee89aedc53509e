import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Lab } from "../../lab/lab.ts";
import { ECHO, LAN } from "../../lab/plan.ts";
import type { Status } from "../../src/core/status.ts";
import { areOn, BRISK, type House, isOn, isWell, openHouse, placesOf, told } from "./house.ts";

const configWith = (ipv6: object): object => ({
  uplinks: [
    { name: "fiber", interface: "wan0", detection: BRISK, ipv6: { translate: "masquerade" } },
    {
      ...{ name: "lte", interface: "wan1", detection: BRISK },
      ipv4: { method: "static", address: "198.51.100.2/30", gateway: "198.51.100.1" },
      ipv6: { method: "dhcp", ...ipv6 },
    },
  ],
  failover: { holdAfterFailover: "1s", holdAfterFailback: "1s" },
});

/** Starts a server at the second ISP and gives what ends it. */
const serve = (lab: Lab, argv: readonly string[]): (() => void) => {
  const child = lab.spawn("isp-b", argv);
  for (const stream of [child.stdout, child.stderr]) stream.resume();
  return () => void child.kill("SIGKILL");
};

const DNSMASQ = [
  ...["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--port=0", "--leasefile-ro"],
  ...["--user=root", "--log-facility=-", "--bind-dynamic", "--interface=line0"],
];

/** Announces the router, whom no DHCPv6 server names, for a while only. */
const ROUTER = [...DNSMASQ, "--enable-ra", "--dhcp-range=2001:db8:b::,ra-only", "--ra-param=line0,4,600"];

/** Lends addresses for an hour. */
const LENDER = [
  ...[...DNSMASQ, "--dhcp-range=2001:db8:b::100,2001:db8:b::1ff,64,1h"],
  "--dhcp-option=option6:dns-server,[2001:db8:b::1]",
];

/** dhcpd with leases of some seconds: what it lends is told in its own words. */
const shortLender = async (lab: Lab, what: string): Promise<readonly string[]> => {
  const [config, leases] = ["dhcpd6.conf", "dhcpd6.leases"].map((name) => join(lab.plan.directory, name));
  const times = "default-lease-time 8; preferred-lifetime 6; option dhcp-renewal-time 2; option dhcp-rebinding-time 4;";
  await writeFile(String(config), `${times} shared-network line { subnet6 2001:db8:b::/64 {} ${what} }`);
  await writeFile(String(leases), "");
  return ["dhcpd", "-6", "-f", "-q", "-cf", String(config), "-lf", String(leases), "--no-pid", "line0"];
};

/** The modem is there, switched off; nobody has told the router of anything. */
const leaveBare = (lab: Lab): Promise<string> =>
  lab.run(
    "router",
    `ip link set wan1 down; ip address flush dev wan1
     echo 0 > /proc/sys/net/ipv6/conf/wan1/autoconf; echo 1 > /proc/sys/net/ipv6/conf/wan1/accept_ra`,
  );

const addressesOf = async (lab: Lab): Promise<readonly string[]> => {
  const text = await lab.run("router", "ip -oneline -6 address show dev wan1 scope global");
  return [...text.matchAll(/inet6 (\S+)/g)].map(([, address = ""]) => address);
};

const dhcpOf = (status: Status) => told(status, "lte", "ipv6").dhcp;

const reconfigure = async (house: House, config: object): Promise<void> => {
  await writeFile(house.daemon().configFile, JSON.stringify(config));
  house.daemon().signal("SIGHUP");
};

const killClient = async (lab: Lab): Promise<void> => {
  const pid = await readFile(join(placesOf(lab).env.RUNTIME_DIRECTORY, "dhclient-lte.pid"), "utf8");
  process.kill(Number(pid), "SIGKILL");
};

const linkLocalOf = async (lab: Lab): Promise<string> =>
  String(/fe80[^/]*/.exec(await lab.run("router", "ip -6 -oneline address show dev wan1 scope link"))?.[0]);

/** Whom the far end takes a LAN client for. */
const clientSeenAs = async ({ lab }: House): Promise<string> => {
  const to = `UDP6:[${ECHO.ipv6}]:${ECHO.port},bind=[${LAN.ipv6.client}]`;
  return (await lab.execute("client", ["sh", "-c", `echo hello | socat -t 1 - ${to}`])).stdout
    .trim()
    .replace("hello ", "");
};

test("DHCPv6 brings an address, DNS and a prefix; a client or a server that dies, and nonsense, stop no switch", async () => {
  let stop = (): void => {};
  const house = await openHouse({
    config: configWith({}),
    lab: { nat: "none" },
    prepare: async (lab) => {
      await leaveBare(lab);
      serve(lab, ROUTER);
      stop = serve(lab, LENDER);
    },
    ready: isOn("fiber"),
  });
  const { lab } = house;
  // A router that is asked too early announces itself within 20 s (RFC 4861 § 6.2.4).
  await house.until("well", isWell, 30_000);
  const [address = ""] = await addressesOf(lab);
  expect(address).toMatch(/^2001:db8:b::1[0-9a-f]{2}\/128$/);
  const begun = await house.status();
  expect(dhcpOf(begun)).toMatchObject({ problem: null, lease: { address, gateway: null, dns: ["2001:db8:b::1"] } });
  expect(told(begun, "lte", "ipv6").gateway).toMatch(/^fe80::/);

  await lab.break("blackhole");
  await house.until("on lte", areOn("lte"));
  await killClient(lab);
  const hasTold = (words: string) => (): boolean => house.daemon().log().includes(`lte IPv6 DHCP: ${words}`);
  await house.until("told that the client ended", hasTold("dhclient ended (SIGKILL)"));
  await house.until("running again", (status) => dhcpOf(status)?.problem === null);
  expect(await addressesOf(lab)).toEqual([address]);
  expect(areOn("lte")(await house.status())).toBe(true);

  stop();
  stop = serve(
    lab,
    await shortLender(
      lab,
      `subnet6 2001:db8:b:f::/64 { range6 2001:db8:b:f::10 2001:db8:b:f::1f; prefix6 2001:db8:b:f00:: 2001:db8:b:f00:: /56; }`,
    ),
  );
  await reconfigure(house, configWith({ translate: { npt: "auto" } }));
  await house.until("lent a prefix", (status) => dhcpOf(status)?.prefix?.prefix === "2001:db8:b:f00::/56");
  await lab.run("isp-b", `ip -6 route replace 2001:db8:b:f00::/56 via ${await linkLocalOf(lab)} dev line0`);
  expect(await clientSeenAs(house)).toBe("2001:db8:b:f01::10");
  stop();
  await house.until("told that it isn't renewed", hasTold("the DHCP server doesn't renew it"), 15_000);
  await lab.mend("blackhole");
  await house.until("without a lease, and on fiber", (status) => {
    return dhcpOf(status)?.lease === null && isOn("fiber", "ipv6")(status);
  });
  expect(await addressesOf(lab)).toEqual([]);
  stop = serve(lab, await shortLender(lab, "subnet6 ff05::/64 { range6 ff05::10 ff05::1f; }"));
  await house.until("handed out nonsense", ({ problems }) =>
    problems.some((problem) => /^lte has no IPv6 lease: the DHCP server hands out nonsense: "ff05::1/.test(problem)),
  );
  stop();
}, 90_000);
