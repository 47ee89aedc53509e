import { expect, test } from "vitest";
import type { Lab } from "../../lab/lab.ts";
import { ECHO, LAN } from "../../lab/plan.ts";
import { areOn, type House, openHouse, UPLINKS } from "./house.ts";

/** A network behind a router in the LAN. */
const FOREIGN = { network: "10.9.0.0/24", host: "10.9.0.10" } as const;

/** fiber translates everything itself; on lte the admin's firewall translates the LAN, and the ISP sends it its whole /64. */
const CONFIG = {
  uplinks: [
    { ...UPLINKS[0], nat: true, ipv6: { translate: { npt: "2001:db8:a:100::/64" } } },
    { ...UPLINKS[1], ipv6: { translate: { npt: "auto" } } },
  ],
  nat: { foreign: [FOREIGN.network] },
};

const DOOR = 9000;

/** The ISP routes a prefix to the router rather than looking for its hosts on the line (RFC 7278). */
const routeToRouter = async (lab: Lab, prefix: string): Promise<string> => {
  const shown = await lab.run("router", "ip -6 -oneline address show dev wan1 scope link");
  return lab.run("isp-b", `ip -6 route replace ${prefix} via ${/fe80[^/]*/.exec(shown)?.[0]} dev line0 metric 1`);
};

const prepare = async (lab: Lab): Promise<void> => {
  await lab.run("client", `ip address add ${FOREIGN.host}/24 dev eth0`);
  await lab.run(
    "router",
    `ip route add ${FOREIGN.network} via ${LAN.ipv4.client}
     nft 'add table ip admins; add chain ip admins out { type nat hook postrouting priority srcnat; }; add rule ip admins out oifname "wan1" ip saddr ${LAN.ipv4.prefix} masquerade'`,
  );
  await routeToRouter(lab, "2001:db8:b::/64");
  for (const role of ["client", "router"]) {
    const says = `SYSTEM:echo ${role} $SOCAT_SOCKADDR $SOCAT_PEERADDR`;
    lab.spawn(role, ["socat", `TCP6-LISTEN:${DOOR},fork,reuseaddr`, says]);
  }
};

/** The source that the far end sees when a LAN client sends from an address; empty without an answer. */
const seenFrom = async ({ lab }: House, source: string): Promise<string> => {
  const to = source.includes(":") ? `UDP6:[${ECHO.ipv6}]` : `UDP4:${ECHO.ipv4}`;
  const bound = source.includes(":") ? `[${source}]` : source;
  const command = `echo hello | socat -t 1 - ${to}:${ECHO.port},bind=${bound}`;
  return (await lab.execute("client", ["sh", "-c", command])).stdout.trim().replace("hello ", "");
};

const sources = async (house: House): Promise<readonly string[]> =>
  Promise.all([LAN.ipv4.client, FOREIGN.host, LAN.ipv6.client].map((source) => seenFrom(house, source)));

/** Who answers a connection from the internet, the address that was asked there, and who it takes us for. */
const answerOf = async ({ lab }: House, address: string): Promise<readonly string[]> => {
  const place = `TCP6:[${address}]:${DOOR},bind=[${ECHO.ipv6}],connect-timeout=2`;
  const { stdout } = await lab.execute("internet", ["socat", "-t", "1", place, "-"]);
  return stdout.trim().replaceAll(/[[\]]/g, "").split(" ").map(shortened);
};

/** socat writes every zero. */
const shortened = (text: string): string =>
  text.includes(":") ? new URL(`http://[${text}]`).hostname.slice(1, -1) : text;

const CLIENT = ["client", LAN.ipv6.client, ECHO.ipv6];

/** Ten datagrams a second on one flow; gives the sources that the far end saw. */
const longFlow = async ({ lab }: House, seconds: number): Promise<readonly string[]> => {
  const lines = `i=0; while [ $i -lt ${seconds * 10} ]; do echo $i; i=$((i + 1)); sleep 0.1; done`;
  const to = `UDP6:[${ECHO.ipv6}]:${ECHO.port},bind=[${LAN.ipv6.client}]:5555`;
  const { stdout } = await lab.execute("client", ["sh", "-c", `{ ${lines}; } | socat -t 1 - ${to}`]);
  return [...stdout.matchAll(/2001:db8:b(:5)?::10/g)].map(([source]) => source);
};

/** What wg-quick does for a tunnel that shall take everything; the tunnel itself leads nowhere here. */
const FULL_TUNNEL = `
ip link add wg0 type veth peer name nowhere; ip link set wg0 up; ip link set nowhere up
ip address add 10.99.0.2/24 dev wg0; ip route add default dev wg0 table 51820
ip rule add not fwmark 51820 table 51820; ip rule add table main suppress_prefixlength 0`;

/** WireGuard's own packets, by their mark and port: several of one flow. */
const ITS_PACKETS = `
for number in 1 2 3; do
  echo $number | socat -t 0.5 - UDP4:${ECHO.ipv4}:${ECHO.port},bind=198.51.100.2:51820,reuseaddr,setsockopt-int=1:36:51820; echo
done`;

test("the far end sees each uplink's own addresses, and reaches hosts behind translated prefixes", async () => {
  const house = await openHouse({ lab: { nat: "none" }, config: CONFIG, prepare, measure: { new: [], long: [] } });
  expect(await sources(house)).toEqual(["203.0.113.2", "203.0.113.2", "2001:db8:a:100::10"]);
  expect(await answerOf(house, "2001:db8:a:100::10")).toEqual(CLIENT);
  expect(await answerOf(house, "2001:db8:b::10")).toEqual(CLIENT);
  expect(await answerOf(house, "2001:db8:b::2")).toEqual(["router", "2001:db8:b::2", ECHO.ipv6]);
  expect((await house.status()).problems).toEqual([]);

  expect((await house.daemon().cli("use", "lte")).code).toBe(0);
  await house.until("on lte", areOn("lte"));
  expect(await sources(house)).toEqual(["198.51.100.2", "198.51.100.2", "2001:db8:b::10"]);
  expect(await answerOf(house, "2001:db8:a:100::10")).toEqual(CLIENT);

  const flow = longFlow(house, 4);
  await routeToRouter(house.lab, "2001:db8:b:5::/64");
  await house.lab.run(
    "router",
    "sleep 1; ip address add 2001:db8:b:5::2/64 dev wan1 nodad; ip address del 2001:db8:b::2/64 dev wan1",
  );
  const seen = await flow;
  expect(seen[0]).toBe("2001:db8:b::10");
  expect(seen.at(-1)).toBe("2001:db8:b:5::10");
  console.log(`${40 - seen.length} of 40 datagrams lost over the change of prefix`);
  expect(seen.length).toBeGreaterThan(30);
  expect(await answerOf(house, "2001:db8:b:5::10")).toEqual(CLIENT);

  await house.lab.run("router", FULL_TUNNEL);
  expect(await house.lab.run("router", ITS_PACKETS)).toBe("1 198.51.100.2\n2 198.51.100.2\n3 198.51.100.2\n");
});
