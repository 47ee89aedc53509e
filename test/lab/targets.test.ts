import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Lab } from "../../lab/lab.ts";
import { ECHO, ISP_LINE } from "../../lab/plan.ts";
import { FAMILIES } from "../../src/core/family.ts";
import type { Status } from "../../src/core/status.ts";
import { areOn, BRISK, isWell, openHouse, told, UPLINKS } from "./house.ts";
import { makeCertificate, RESOLVERS, type Server, serve, serveName } from "./servers.ts";

const WEB = fileURLToPath(new URL("web.mjs", import.meta.url));
const NAME = "detect.example.net";

interface Internet {
  readonly plain: Server;
  readonly secure: Server;
}

/** DNS, HTTP and HTTPS in the lab's internet. */
const openInternet = async (lab: Lab): Promise<Internet> => {
  const { key, certificate } = makeCertificate(lab, `DNS:${NAME}`);
  await serveName(lab, NAME, [ECHO.ipv4, ECHO.ipv6]);
  const plain = await serve(lab, "internet", [process.execPath, WEB, "plain", "80"]);
  const secure = await serve(lab, "internet", [process.execPath, WEB, "secure", "443", key, certificate]);
  return { plain, secure };
};

/** The ISP sends web requests to its login page. */
const openPortal = async (lab: Lab, isp: string): Promise<() => Promise<unknown>> => {
  await serve(lab, isp, [process.execPath, WEB, "portal", "8080"]);
  await lab.run(
    isp,
    `nft 'add table inet portal; add chain inet portal entering { type nat hook prerouting priority dstnat; }; add rule inet portal entering iifname "${ISP_LINE}" tcp dport 80 redirect to :8080'`,
  );
  return () => lab.run(isp, "nft delete table inet portal");
};

const DETECTION = { ...BRISK, pageInterval: "1s", trafficSkip: "1s" };
const FAILOVER = { holdAfterFailover: "1s", holdAfterFailback: "1s" };

const configOf = (targets: readonly unknown[]): object => ({
  uplinks: UPLINKS.map((uplink) => ({ ...uplink, dns: RESOLVERS, targets, detection: DETECTION })),
  failover: FAILOVER,
});

const WITHOUT_PINGS = [
  "tcp://1.1.1.1:443",
  "tcp://[2606:4700:4700::1111]:443",
  `dns://9.9.9.9/${NAME}`,
  `dns://[2001:4860:4860::8888]/${NAME}`,
  { url: `http://${NAME}/generate_204`, expect: 204 },
  `https://${NAME}/`,
];

const WITH_PINGS = ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "2001:4860:4860::8888"];

const complaints = (status: Status): readonly string[] =>
  status.uplinks.flatMap(({ families }) => FAMILIES.flatMap((family) => families[family]?.complaints ?? []));

describe("TCP, DNS and web targets alone", () => {
  test("find an outage as soon as pings do, by names that are resolved through their uplink", async () => {
    let internet: Internet | undefined;
    const house = await openHouse({
      config: configOf(WITHOUT_PINGS),
      env: ({ plan }) => ({ NODE_EXTRA_CA_CERTS: join(plan.directory, "certificate.pem") }),
      prepare: async (lab) => {
        internet = await openInternet(lab);
      },
    });
    const asked = () => [internet?.plain.said() ?? "", internet?.secure.said() ?? ""];
    await house.until("asked for both pages", () =>
      asked().every((said) => said.split("\n").length > 2 * UPLINKS.length * FAMILIES.length),
    );
    expect(asked()[0]).toContain(`plain ${NAME}/generate_204`);
    expect(asked()[1]).toContain(`secure ${NAME}/`);
    expect(complaints(await house.status())).toEqual([]);

    const after = await house.lab.break("blackhole", "wan0");
    for (const family of FAMILIES) {
      const { gapMs } = await house.meter.recovered({ flow: "new", family, after, via: "wan1" });
      console.log(`${family}: new flows work again after ${gapMs.toFixed(0)} ms`);
      expect(gapMs).toBeLessThan(1500);
    }
    await house.until("on lte", areOn("lte"));
    const failed = await house.status();
    expect(told(failed, "fiber", "ipv4").reason).toMatch(/^\d+ probes to \d+ targets unanswered for /);
    await house.lab.mend("blackhole", "wan0");
    await house.until("back on fiber", isWell, 30_000);
    await house.until("without complaints", (status) => complaints(status).length === 0);
  });
});

describe("a login page at the ISP", () => {
  test("moves traffic although pings are answered, says why, and gives it back when it is gone", async () => {
    const page = { url: `http://${NAME}/generate_204`, expect: 204 };
    const house = await openHouse({ config: configOf([...WITH_PINGS, page]), prepare: openInternet });
    const from = house.meter.now();
    const closePortal = await openPortal(house.lab, "isp-a");
    const took = await house.until("on lte", areOn("lte"));
    console.log(`moved ${took.toFixed(0)} ms after the login page`);
    for (const family of FAMILIES) {
      await house.meter.recovered({ flow: "new", family, after: from, via: "wan1" });
      expect(told(await house.status(), "fiber", family)).toMatchObject({
        verdict: "up",
        degraded: { portal: true },
        reason: "shows a login page: redirected to http://login.hotel.example/",
      });
    }
    const { stdout: explained } = await house.daemon().cli("explain");
    expect(explained.replaceAll(/\s+/g, " ")).toContain(
      "fiber shows a login page: redirected to http://login.hotel.example/",
    );
    const { stdout: shown } = await house.daemon().cli("status");
    expect(shown).toContain("up, degraded");
    expect(house.daemon().log()).toContain("fiber IPv4 shows a login page: redirected to http://login.hotel.example/");
    expect(house.daemon().log()).toMatch(/IPv4 failover: from fiber to lte; fiber shows a login page/);

    await closePortal();
    await house.until("back on fiber", isWell, 30_000);
    expect(house.daemon().log()).toContain("fiber IPv4 shows no login page any more");
  });

  test("on the only uplink that works keeps it in use", async () => {
    const page = { url: `http://${NAME}/generate_204`, expect: 204 };
    const house = await openHouse({ config: configOf([...WITH_PINGS, page]), prepare: openInternet });
    await house.lab.break("blackhole", "wan1");
    await house.until("lte down", (status) =>
      FAMILIES.every((family) => told(status, "lte", family).verdict === "down"),
    );
    await openPortal(house.lab, "isp-a");
    await house.until("degraded", (status) =>
      FAMILIES.every((family) => told(status, "fiber", family).degraded.portal),
    );
    expect(areOn("fiber")(await house.status())).toBe(true);
    const { stdout } = await house.daemon().cli("explain");
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(
      "fiber shows a login page: redirected to http://login.hotel.example/",
    );
  });
});
