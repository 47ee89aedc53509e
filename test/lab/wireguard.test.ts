import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Lab } from "../../lab/lab.ts";
import { ECHO, LAN } from "../../lab/plan.ts";
import { FAMILIES } from "../../src/core/family.ts";
import type { Status } from "../../src/core/status.ts";
import type { End, PairFile } from "../../src/wireguard/pair.ts";
import { areAll, areOn, type House, isOn, openHouse, told } from "./house.ts";
import { inLab } from "./recipe.ts";

/** The third ISP's machine has no line to the router: it is the static end. */
const STATIC = {
  role: "isp-c",
  ipv4: "100.64.2.50",
  ipv6: "2001:db8:c::50",
  prefix: "2001:db8:c:100::/56",
  /** What stands for the LAN's client. */
  client: "2001:db8:c:101::10",
} as const;

/** The fourth is another router that shares it. */
const OTHER = { role: "isp-d", lan: "192.168.102.0/24", host: "192.168.102.10" } as const;
const MODEM = "192.168.5.1";
const DOORS = { named: 9000, other: 9001 } as const;
const COMMAND = fileURLToPath(new URL("../../bin/wan-failover", import.meta.url));

interface Pair {
  readonly files: readonly PairFile[];
  readonly steps: Readonly<Record<End, readonly string[]>>;
}

/** What the command prints for these words. */
const pairFor = (...words: readonly string[]): Pair => {
  const common = ["wireguard-pair", "--json", "--static", STATIC.ipv4, "--static-interface", "up0"];
  return JSON.parse(execFileSync(COMMAND, [...common, ...words], { encoding: "utf8" })) as Pair;
};

/** What systemd's units do. */
const UNITS: Readonly<Record<string, string>> = {
  "systemctl enable --now wg-quick@wg0": "wg-quick up wg0",
  "systemctl reload wg-quick@wg0": "wg-quick strip wg0 > /run/wireguard/new; wg syncconf wg0 /run/wireguard/new",
  "systemctl reload-or-restart wan-failover": ":",
};

/** Each machine of the lab has folders of its own under these names. */
const FOLDERS = ["/etc/wireguard", "/etc/sysctl.d", "/run/wireguard"];

const CONFIG = "/etc/wan-failover/config.yaml";

/** Does on one end what the command says; our own config is the house's. */
const setUp = async (lab: Lab, role: string, { files, steps }: Pair, end: End): Promise<void> => {
  const placed = files
    .filter((file) => file.end === end && file.path !== CONFIG)
    .map(({ path, append, text }) => `cat ${append ? ">>" : ">"} ${path} <<'END'\n${text}END`);
  await lab.run(role, [...placed, ...steps[end].map((step) => UNITS[step] ?? step)].join("\n"));
};

/** LTE by a modem in router mode: IPv4 alone, behind a NAT. */
const startLte = async (lab: Lab): Promise<void> => {
  await lab.run("router", "ip address flush dev wan1; ip link del wan2; ip link del wan3");
  await lab.run(
    "isp-b",
    `ip address add ${MODEM}/24 dev line0
     nft 'flush chain inet isp forward; add rule inet isp forward meta nfproto ipv6 drop'
     nft 'add table ip modem; add chain ip modem out { type nat hook postrouting priority srcnat; }; add rule ip modem out oifname up0 ip saddr 192.168.5.0/24 snat to 198.51.100.77'`,
  );
};

/** Machines with addresses of their own in the internet, and servers in the LAN that say where they are. */
const startMachines = async (lab: Lab): Promise<void> => {
  for (const role of ["router", STATIC.role, OTHER.role]) {
    await lab.run(role, FOLDERS.map((folder) => `mkdir -p ${folder}; mount -t tmpfs none ${folder}`).join("\n"));
  }
  await lab.run("internet", "ip route replace 100.64.2.0/24 dev isp-c");
  await lab.run(
    STATIC.role,
    `ip address del 172.31.2.2/30 dev up0; ip address add ${STATIC.ipv4} peer 172.31.2.1 dev up0
     ip address add ${STATIC.ipv6}/64 dev up0 nodad; ip route replace default via 172.31.2.1
     echo 0 > /proc/sys/net/ipv4/ip_forward`,
  );
  await lab.run(OTHER.role, `ip address add ${OTHER.host}/32 dev lo; ip route add ${ECHO.ipv4}/32 via 172.31.3.1`);
  for (const port of Object.values(DOORS)) {
    lab.spawn("client", ["socat", `TCP6-LISTEN:${port},fork,reuseaddr`, "SYSTEM:echo client sees $SOCAT_PEERADDR"]);
  }
};

/** Who answers a connection from the internet, and whom it sees. */
const answerOf = async ({ lab }: House, address: string, port: number = DOORS.named): Promise<string> => {
  const place = address.includes(":") ? `TCP6:[${address}]` : `TCP4:${address}`;
  const source = address.includes(":") ? `[${ECHO.ipv6}]` : ECHO.ipv4;
  const command = ["socat", "-t", "1", `${place}:${port},bind=${source},connect-timeout=1`, "-"];
  return (await lab.execute("internet", command)).stdout.trim();
};

/** As socat writes them. */
const SEEN = [
  "client sees [0000:0000:0000:0000:0000:ffff:c000:0250]",
  "client sees [2001:0db8:ffff:0000:0000:0000:0000:0080]",
];

/** Both families of the LAN are reached at the static end, by the port that was named and no other. */
const isReached = async (house: House, when: string): Promise<void> => {
  const answers = await Promise.all([
    answerOf(house, STATIC.ipv4),
    answerOf(house, STATIC.client),
    answerOf(house, STATIC.client, DOORS.other),
  ]);
  expect.soft(answers, when).toEqual([...SEEN, ""]);
};

/** Who the far end takes a host of the other router's LAN for; empty without an answer. */
const otherSeen = async (lab: Lab): Promise<string> => {
  const script = `echo hello | socat -t 1 - UDP4:${ECHO.ipv4}:${ECHO.port},bind=${OTHER.host}`;
  return (await lab.execute(OTHER.role, ["sh", "-c", script])).stdout.trim();
};

const isUp = (name: string) => (status: Status) => told(status, name, "ipv4").verdict === "up";

test("the enhanced set-up over WireGuard: both families inside IPv4, connections from outside, several boxes on one static end", async () => {
  const lte = ["--uplink", "wan0", "--lte", "wan1", "--lte-address", "192.168.5.5/24", "--lte-gateway", MODEM];
  const inbound = [LAN.ipv4.client, `[${LAN.ipv6.client}]`].map((host) => `tcp/${DOORS.named}=${host}`);
  const lan = ["--lan", LAN.ipv4.prefix, LAN.ipv6.prefix];
  const pair = pairFor(...lan, ...lte, "--inbound", ...inbound, "--prefix", STATIC.prefix);
  const config = pair.files.find(({ path }) => path === CONFIG)?.text ?? "";
  const house = await openHouse({
    lab: { uplinks: 4, nat: "none" },
    config: inLab(config),
    prepare: async (lab) => {
      await startLte(lab);
      await startMachines(lab);
      await setUp(lab, STATIC.role, pair, "static");
    },
    ready: (status) => areOn("fiber")(status) && isUp("lte")(status),
    measure: { new: ["udp"], long: ["udp"] },
  });
  const { lab, meter } = house;
  await setUp(lab, "router", pair, "router");
  await house.until("up through the tunnel", areAll("tunnel", "up"));
  expect.soft(await lab.run("router", `ip route get ${STATIC.ipv4}`)).toContain(`via ${MODEM} dev wan1`);
  await isReached(house, "on fiber");

  const key = (await lab.run(STATIC.role, "wg show wg0 public-key")).trim();
  const second = pairFor("--lan", OTHER.lan, "--box", "2", "--static-key", key);
  await setUp(lab, STATIC.role, second, "static");
  await setUp(lab, OTHER.role, second, "router");
  await lab.run(
    OTHER.role,
    `ip route del unreachable ${STATIC.ipv4} metric 1000; ip route replace ${ECHO.ipv4}/32 dev wg0; ip route add ${LAN.ipv4.prefix} dev wg0`,
  );
  const [seen, across] = await Promise.all([
    otherSeen(lab),
    lab.execute(OTHER.role, ["ping", "-c1", "-W1", "-I", OTHER.host, LAN.ipv4.client]),
  ]);
  expect.soft(seen, "the second box").toBe(`hello ${STATIC.ipv4}`);
  expect.soft(across.code, "boxes don't reach each other").not.toBe(0);

  const after = await lab.break("blackhole");
  for (const family of FAMILIES) {
    const { gapMs } = await meter.recovered({ flow: "new", family, after, via: "wan2" });
    console.log(`${family}: new flows over the tunnel after ${gapMs.toFixed(0)} ms`);
    await meter.recovered({ flow: "long", family, after, via: "wan2" });
  }
  await house.until("failed over", areOn("tunnel"));
  await isReached(house, "failed over");

  const died = meter.now();
  await lab.run(STATIC.role, "ip link set wg0 down");
  await meter.recovered({ flow: "new", family: "ipv4", after: died, via: "wan1" });
  await house.until("on LTE itself", isOn("lte"));
  await lab.break("carrier-loss", "wan1");
  await expect.poll(() => lab.execute("router", ["ip", "route", "get", STATIC.ipv4])).toMatchObject({ code: 2 });
  const mended = await lab.mend("blackhole");
  for (const family of FAMILIES) await meter.recovered({ flow: "new", family, after: mended, via: "wan0" });
}, 120_000);
