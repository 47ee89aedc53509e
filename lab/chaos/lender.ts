import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { now, pause } from "../clock.ts";
import type { Lab } from "../lab.ts";
import { accessOf, ISP_UPSTREAM, type UplinkPlan } from "../plan.ts";
import type { Child } from "../program.ts";

/** An ISP that lends its customer an address of each family for some seconds at a time: real servers, which can change their mind. */
export interface Lender {
  /** Whose it is: `wan1`. */
  readonly uplink: string;
  /** Begins to lend, or goes on after its line was made anew. */
  speak(): Promise<void>;
  /** Lends other addresses by another gateway from now on, and refuses what it has lent. */
  change(): Promise<void>;
  /** No answer to anybody. */
  silence(): Promise<void>;
  /** Resolves as soon as the router has what is lent now; with false where it hasn't in time. */
  taken(): Promise<boolean>;
  /** Resolves as soon as the router has nothing of it, or after a while. */
  lapsed(): Promise<void>;
}

/** What is lent is lent for so long: the least that udhcpc knows (busybox, networking/udhcp/dhcpc.c). */
export const LEASE_MS = 16_000;
const LEASE_S = LEASE_MS / 1000;

/** A client that hangs, since its clock was set back, is begun anew a minute later, and asks some seconds after that. */
const TAKEN_MS = 75_000;
const LAPSED_MS = LEASE_MS + 6000;
const LOOK_AGAIN_MS = 200;

/** What is lent: the last octet in IPv4, and of the gateway; in IPv6 how the last group begins. */
const POOLS = [
  { ipv4: 101, gateway: 1, ipv6: "a" },
  { ipv4: 102, gateway: 254, ipv6: "b" },
] as const;

type Pool = (typeof POOLS)[number];

/** Opens the servers of an uplink whose router's end is leased; they end with the lab. */
export const openLender = async (lab: Lab, uplink: UplinkPlan): Promise<Lender> => {
  const servers = openServers(lab, uplink);
  let pool: Pool = POOLS[0];
  const speak = async (): Promise<void> => {
    await servers.end();
    await lab.run(uplink.isp, `ip address replace ${gatewayOf(uplink, POOLS[1])}/24 dev ${accessOf(lab.plan)}`);
    servers.begin(pool);
  };
  const addresses = (): Promise<string> =>
    lab.run("router", `ip -oneline address show dev ${uplink.name} scope global 2>/dev/null || :`);
  const isTaken = async (): Promise<boolean> => {
    const text = await addresses();
    const routes = await lab.run("router", `ip -6 route show default dev ${uplink.name} proto ra 2>/dev/null || :`);
    return text.includes(`${addressOf(uplink, pool)}/`) && text.includes(`${rangeOf(uplink, pool)}`) && routes !== "";
  };
  return {
    uplink: uplink.name,
    speak,
    change: async () => {
      pool = pool === POOLS[0] ? POOLS[1] : POOLS[0];
      await speak();
    },
    silence: servers.end,
    taken: () => within(TAKEN_MS, isTaken),
    lapsed: async () => void (await within(LAPSED_MS, async () => (await addresses()).trim() === "")),
  };
};

const within = async (ms: number, is: () => Promise<boolean>): Promise<boolean> => {
  const deadline = now() + ms;
  while (!(await is())) {
    if (now() > deadline) return false;
    await pause(LOOK_AGAIN_MS);
  }
  return true;
};

const addressOf = ({ ipv4 }: UplinkPlan, pool: Pool): string => ipv4.range.replace("0/24", `${pool.ipv4}`);

const gatewayOf = ({ ipv4 }: UplinkPlan, pool: Pool): string => ipv4.range.replace("0/24", `${pool.gateway}`);

const rangeOf = ({ ipv6 }: UplinkPlan, pool: Pool): string => ipv6.range.replace("/48", pool.ipv6);

/** The programs: dhcpd for each family, and dnsmasq for the advertisements, by which alone IPv6 has a gateway. */
const openServers = (lab: Lab, uplink: UplinkPlan) => {
  let running: readonly Child[] = [];
  const begin = (argv: readonly string[]): Child => {
    const child = lab.spawn(uplink.isp, argv);
    for (const stream of [child.stdout, child.stderr]) stream.resume();
    return child;
  };
  return {
    begin: (pool: Pool): void => {
      running = [
        begin(dhcpd(lab, { flag: "-4", text: ipv4Config(uplink, pool) })),
        begin(dhcpd(lab, { flag: "-6", text: ipv6Config(uplink, pool) })),
        begin(advertiser(lab, uplink)),
      ];
    },
    end: async (): Promise<void> => {
      const ending = running.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
      running = [];
      await Promise.all(
        ending.map((child) => {
          const ended = new Promise((resolve) => child.once("exit", resolve));
          child.kill("SIGKILL");
          return ended;
        }),
      );
    },
  };
};

/** It remembers over a restart what it has lent. */
const dhcpd = ({ plan }: Lab, { flag, text }: { flag: "-4" | "-6"; text: string }): readonly string[] => {
  const [config, leases] = ["conf", "leases"].map((kind) => join(plan.directory, `dhcpd${flag}.${kind}`)) as [
    string,
    string,
  ];
  writeFileSync(config, text);
  writeFileSync(leases, "", { flag: "a" });
  return ["dhcpd", flag, "-f", "-q", "-cf", config, "-lf", leases, "--no-pid", accessOf(plan)];
};

const TIMES = `default-lease-time ${LEASE_S}; max-lease-time ${LEASE_S};`;

/** An address that it knows and lends to nobody is refused when somebody asks for it again. */
const ipv4Config = (uplink: UplinkPlan, pool: Pool): string => {
  const pools = POOLS.map((one) => {
    const address = addressOf(uplink, one);
    return `pool { ${one === pool ? "" : "deny all clients; "}range ${address} ${address}; }`;
  });
  const network = uplink.ipv4.range.replace("/24", " netmask 255.255.255.0");
  return `authoritative; ${TIMES} subnet ${network} { option routers ${gatewayOf(uplink, pool)}; ${pools.join(" ")} }`;
};

const ipv6Config = (uplink: UplinkPlan, pool: Pool): string => {
  const range = rangeOf(uplink, pool);
  const times = `${TIMES} preferred-lifetime 12; option dhcp-renewal-time 6; option dhcp-rebinding-time 10;`;
  return `${times} subnet6 ${uplink.ipv6.range.replace("/48", "/64")} { range6 ${range}1 ${range}8; }`;
};

/** With an interface named it would be bound to that, and deaf as soon as it is made anew. */
const advertiser = (lab: Lab, uplink: UplinkPlan): readonly string[] => [
  ...["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--port=0", "--leasefile-ro"],
  ...["--user=root", "--log-facility=-", "--bind-dynamic", `--except-interface=${ISP_UPSTREAM}`, "--enable-ra"],
  ...[`--dhcp-range=${uplink.ipv6.range.replace("/48", "")},ra-only`, `--ra-param=${accessOf(lab.plan)},4,600`],
];
