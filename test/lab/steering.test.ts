import { expect, test } from "vitest";
import { pause } from "../../lab/clock.ts";
import type { Lab } from "../../lab/lab.ts";
import { ECHO } from "../../lab/plan.ts";
import { FAMILIES, type Family } from "../../src/core/family.ts";
import { areAll, BRISK, diagnosed, type House, openHouse, UPLINKS } from "./house.ts";

/** A second address of the LAN's client: the guest. */
const GUEST = { ipv4: "192.168.77.200", ipv6: "fd77:1:1:1::c8" } as const;
const [WEB, SIP, MARKED] = [8080, 5061, 8081];

const CONFIG = {
  uplinks: UPLINKS.map((uplink) => ({ ...uplink, detection: BRISK })),
  failover: { holdAfterFailover: "1s", holdAfterFailback: "1s" },
  steer: [
    { name: "guests", from: Object.values(GUEST), over: ["lte"], otherwise: "refuse" },
    { name: "media", sourcePorts: ["10000-20000"], over: ["lte"] },
    { name: "marked", mark: "0x100/0x100", over: ["lte"] },
    { name: "voice", protocol: "tcp", ports: ["5060-5061"], over: ["lte"] },
  ],
};

/** The user's own firewall: what is marked here could be anything that nftables can tell. */
const MARKS = `table inet marks {
  chain forwarded { type filter hook prerouting priority mangle; tcp dport ${MARKED} meta mark set meta mark or 0x100; }
}`;

/** Servers that answer each connection with the address that they see. */
const prepare = async (lab: Lab): Promise<void> => {
  await lab.run(
    "client",
    `ip address add ${GUEST.ipv4}/24 dev eth0; ip address add ${GUEST.ipv6}/64 dev eth0 nodad preferred_lft 0`,
  );
  await lab.run("router", `nft -f - <<'END'\n${MARKS}\nEND`);
  for (const port of [WEB, SIP, MARKED])
    for (const listen of [`TCP4-LISTEN:${port}`, `TCP6-LISTEN:${port},ipv6-v6only=1`])
      lab.spawn("internet", ["socat", `${listen},fork,reuseaddr`, "SYSTEM:echo $SOCAT_PEERADDR"]);
};

interface Asking {
  readonly role: "client" | "router";
  readonly port: number;
  readonly bind?: Readonly<Record<Family, string>>;
  /** Each time from another port of this range. */
  readonly from?: number;
}

let asked = 0;

/**
 * How the internet sees somebody: an uplink's name; or what socat says of the attempt. In a lab without delay a refusal may
 * come while `connect` still runs, which then counts only what the second attempt, after a second, is told.
 */
const seen = async ({ lab }: House, { role, port, bind, from }: Asking): Promise<readonly string[]> =>
  Promise.all(
    FAMILIES.map(async (family) => {
      const [kind, host] = family === "ipv4" ? ["TCP4", ECHO.ipv4] : ["TCP6", `[${ECHO.ipv6}]`];
      const source = from === undefined ? "" : `,sourceport=${from + asked++}`;
      const address = bind === undefined ? "" : `,bind=${family === "ipv4" ? bind.ipv4 : `[${bind.ipv6}]`}`;
      const { stdout, stderr } = await lab.execute(role, [
        ...["socat", "-t", "1", `${kind}:${host}:${port},connect-timeout=3${address}${source}`, "-"],
      ]);
      return whose(stdout) ?? stderr.trim().split(": ").at(-1) ?? "";
    }),
  );

const whose = (address: string): string | undefined =>
  [
    { name: "fiber", is: /^203\.0\.113\.|^\[?2001:0?db8:0*a:/ },
    { name: "lte", is: /^198\.51\.100\.|^\[?2001:0?db8:0*b:/ },
  ].find(({ is }) => is.test(address.trim()))?.name;

const guest = { role: "client", port: WEB, bind: GUEST } as const;
const everybody = { role: "client", port: WEB } as const;
const caller = { role: "client", port: SIP } as const;
/** The router's own connection: Asterisk, say. */
const asterisk = { role: "router", port: SIP } as const;
const marked = { role: "client", port: MARKED } as const;
const itsMedia = { role: "router", port: WEB, from: 10_000 } as const;

const both = (way: string): readonly string[] => [way, way];

/** In the order of `ways`: only what isn't steered takes the fiber. */
const USUALLY = [both("lte"), both("fiber"), ...Array.from({ length: 4 }, () => both("lte"))];

test("steered traffic takes its uplink while that works, then the other or none, the router's own too", async () => {
  const house = await openHouse({ config: CONFIG, prepare, measure: { long: [] } });
  const { lab } = house;
  const ways = () =>
    Promise.all([guest, everybody, caller, asterisk, itsMedia, marked].map((asking) => seen(house, asking)));
  expect(await ways()).toEqual(USUALLY);
  expect(await lab.run("router", `ip route get ${ECHO.ipv4} from ${GUEST.ipv4} iif lan0`)).toMatch(/dev wan1 /);
  expect(await lab.run("router", `ip route get ${ECHO.ipv4} mark 0x100`)).toMatch(/dev wan1 /);
  expect((await house.daemon().cli("status")).stdout).toMatch(
    /Steer guests over lte\n *Steer media over lte\n *Steer marked over lte\n *Steer voice over lte/,
  );

  expect((await diagnosed(house)).codes.filter((code) => code.startsWith("rule-"))).toEqual([]);

  await lab.run("router", "ip rule del priority 18901; ip -6 rule del priority 18900");
  await pause(300);
  expect(await ways()).toEqual(USUALLY);

  house.daemon().signal("SIGSTOP");
  await lab.break("carrier-loss", "wan1");
  expect(await seen(house, guest)).not.toContain("fiber");
  await lab.mend("carrier-loss", "wan1");
  house.daemon().signal("SIGCONT");
  await house.until("lte up", areAll("lte", "up"), 20_000);

  await lab.break("blackhole", "wan1");
  await house.until("lte down", areAll("lte", "down"));
  expect(await ways()).toEqual([
    ["No route to host", "Network is unreachable"],
    ...Array.from({ length: 5 }, () => both("fiber")),
  ]);
  await lab.mend("blackhole", "wan1");
  await house.until("lte up", areAll("lte", "up"), 20_000);
  expect(await ways()).toEqual(USUALLY);
});
