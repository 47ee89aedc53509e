import { expect, test } from "vitest";
import type { Lab } from "../../lab/lab.ts";
import type { Status } from "../../src/core/status.ts";
import { type House, isOn, openHouse, told } from "./house.ts";
import { exampleInLab, reload } from "./recipe.ts";
import { dial } from "./session.ts";

const MODEM = "192.168.5.1";
const PHONE = "172.20.10.1";

/** What stands at the end of the second line: a modem that has a page, lends the provider's address, or translates; or a phone. */
const startModem = async (lab: Lab): Promise<void> => {
  await lab.run(
    "isp-b",
    `ip address add ${MODEM}/24 dev line0
     nft flush chain inet isp forward
     nft 'add table ip modem; add chain ip modem out { type nat hook postrouting priority srcnat; }; add rule ip modem out oifname up0 ip saddr { 192.168.5.0/24, 172.20.10.0/28 } snat to 198.51.100.77'`,
  );
  lab.spawn("isp-b", ["socat", `TCP4-LISTEN:80,bind=${MODEM},fork,reuseaddr`, "SYSTEM:echo seen $SOCAT_PEERADDR"]);
  await lend(lab);
};

/** The second provider's DHCP server, or a modem that hands on what it got. */
const lend = async (lab: Lab): Promise<void> => {
  const options = [
    ...["--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--port=0", "--leasefile-ro", "--user=root"],
    ...["--no-ping", "--bind-dynamic", "--interface=line0", "--dhcp-authoritative"],
    ...["--dhcp-range=198.51.100.2,198.51.100.2,255.255.255.252,1h", "--dhcp-option=3,198.51.100.1"],
  ];
  await lab.run("router", "ip address flush dev wan1");
  lab.spawn("isp-b", ["dnsmasq", ...options]).stderr.resume();
};

/** What the modem's page shows to somebody in the LAN. */
const page = async ({ lab }: House): Promise<string> =>
  (await lab.execute("client", ["socat", "-t", "1", `TCP4:${MODEM}:80,connect-timeout=1`, "-"])).stdout.trim();

const isUp = (name: string) => (status: Status) =>
  status.uplinks.some((uplink) => uplink.name === name) && told(status, name, "ipv4").verdict === "up";

/** Both uplinks work, and the first carries. */
const isCalm =
  (standby: string, first = "fiber") =>
  (status: Status) =>
    isUp(first)(status) && isUp(standby)(status) && isOn(first)(status);

/** New connections of the LAN take a line now. */
const newFlowsTake = async ({ meter }: House, via: string, after = meter.now()): Promise<number> =>
  (await meter.recovered({ flow: "new", family: "ipv4", after, via })).gapMs;

/** What the pages say under "Check it". */
const forceAndReturn = async (house: House): Promise<void> => {
  expect(await house.daemon().cli("test", "--for", "1m")).toMatchObject({ code: 0 });
  await newFlowsTake(house, "wan1");
  expect(await house.daemon().cli("failback")).toMatchObject({ code: 0 });
  await newFlowsTake(house, "wan0");
};

test.concurrent("a 4G/LTE modem in bridge or router mode, and a hotspot, stand in for the fixed line", async ({
  expect,
  onTestFinished: keep,
}) => {
  const house = await openHouse({
    lab: { nat: "none" },
    config: exampleInLab("lte-bridge"),
    prepare: startModem,
    ready: isCalm("lte"),
    measure: { long: [], families: ["ipv4"] },
    keep,
  });
  const { lab } = house;

  expect.soft(await page(house), "bridge mode").toBe("seen 198.51.100.2");
  const bridged = await newFlowsTake(house, "wan1", await lab.break("blackhole"));
  expect.soft(await page(house), "bridge mode, failed over").toBe("seen 198.51.100.2");
  await house.until("failed over", isOn("lte"));
  await lab.mend("blackhole");
  await house.until("on fiber again", isOn("fiber"), 20_000);

  reload(house, exampleInLab("lte-router"));
  await house.until("up in router mode", (status) => {
    const { addresses, verdict } = told(status, "lte", "ipv4");
    return addresses.join() === "192.168.5.5" && verdict === "up";
  });
  expect.soft(await page(house), "router mode").toBe("seen 192.168.5.5");
  await forceAndReturn(house);

  reload(house, exampleInLab("wifi-hotspot"));
  await house.until("without the phone", (status) => {
    const hotspot = status.uplinks.find(({ name }) => name === "hotspot");
    return hotspot?.families.ipv4?.verdict === "down";
  });
  const switchPhone = (verb: "add" | "del") => lab.run("isp-b", `ip address ${verb} ${PHONE}/28 dev line0`);
  await switchPhone("add");
  const noticed = await house.until("up with the phone", isCalm("hotspot"), 20_000);
  const overPhone = await newFlowsTake(house, "wan1", await lab.break("blackhole"));
  await switchPhone("del");
  await house.until("down without the phone", (status) => told(status, "hotspot", "ipv4").verdict === "down");
  await newFlowsTake(house, "wan0", await lab.mend("blackhole"));
  console.log(
    `new flows over the modem after ${bridged.toFixed(0)} ms, over the phone after ${overPhone.toFixed(0)} ms; the phone was noticed after ${noticed.toFixed(0)} ms`,
  );
}, 120_000);

test.concurrent("a line by PPPoE has a standby behind a half-bridge modem, and is taken up again under another address", async ({
  expect,
  onTestFinished: keep,
}) => {
  let hangUp = async (): Promise<void> => {};
  const house = await openHouse({
    lab: { nat: "none" },
    config: exampleInLab("pppoe-half-bridge"),
    prepare: async (lab) => {
      await lab.run("router", "ip address flush dev wan0");
      hangUp = await dial(lab, { isp: "isp-a", own: "203.0.113.66", peer: "203.0.113.65" });
      await lend(lab);
    },
    ready: isCalm("cable", "dsl"),
    measure: { long: ["udp"], families: ["ipv4"] },
    keep,
  });
  const { lab, meter } = house;
  const switchLine = (works: boolean) => lab.run("isp-a", `echo ${Number(works)} > /proc/sys/net/ipv4/ip_forward`);
  await switchLine(false);
  await newFlowsTake(house, "wan1");
  await house.until("failed over", isOn("cable"));
  await switchLine(true);
  await house.until("back on PPPoE", isOn("dsl"), 20_000);
  await newFlowsTake(house, "wan0");

  const hungUp = meter.now();
  await hangUp();
  const gapMs = await newFlowsTake(house, "wan1", hungUp);
  await meter.recovered({ flow: "long", family: "ipv4", after: hungUp, via: "wan1" });
  await dial(lab, { isp: "isp-a", own: "203.0.113.70", peer: "203.0.113.69" });
  await house.until("on the new session", isOn("dsl"), 20_000);
  await newFlowsTake(house, "wan0");
  expect.soft(told(await house.status(), "dsl", "ipv4").addresses).toEqual(["203.0.113.70"]);
  console.log(`the session ended: new flows over the other line after ${gapMs.toFixed(0)} ms`);
}, 120_000);
