import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createLab, type Lab } from "../../lab/lab.ts";
import { ECHO, namespaceOf } from "../../lab/plan.ts";
import { briskConfig } from "./house.ts";
import { serve } from "./servers.ts";

const ROUTERS = 5;

const configOf = (house: number): object => ({
  ...briskConfig(),
  notify: { mqtt: { broker: `mqtt://${ECHO.ipv4}`, topic: `wan-failover/house-${house}`, discovery: "none" } },
});

/** Mosquitto in the first lab's internet; from the others' a wire leads there, with a relay at its near end. */
const openBroker = async (labs: readonly Lab[]) => {
  const [home] = labs;
  if (home === undefined) throw new Error("there is no lab");
  const config = join(home.plan.directory, "mosquitto.conf");
  writeFileSync(config, "user root\nlistener 1883 0.0.0.0\nallow_anonymous true\n");
  await home.run("internet", "ip link set lo up");
  const broker = await serve(home, "internet", ["/usr/sbin/mosquitto", "-v", "-c", config]);
  await Promise.all(labs.slice(1).map((lab, place) => connect(home, lab, place + 1)));
  const child = home.spawn("internet", ["mosquitto_sub", "-h", "127.0.0.1", "-t", "wan-failover/#", "-F", "%t %p"]);
  let heard = "";
  child.stdout.on("data", (chunk) => {
    heard += chunk;
  });
  await expect.poll(() => broker.said()).toContain("Sending SUBACK");
  return () => heard;
};

const connect = async (home: Lab, lab: Lab, place: number): Promise<void> => {
  const near = ["link", "add", "hub0", "netns", namespaceOf(lab.plan, "internet"), "type", "veth"];
  execFileSync("ip", [...near, "peer", "name", `hub${place}`, "netns", namespaceOf(home.plan, "internet")]);
  const up = (name: string, address: string): string =>
    `ip address add ${address}/30 dev ${name}; ip link set ${name} up`;
  await home.run("internet", up(`hub${place}`, `10.99.${place}.1`));
  await lab.run("internet", up("hub0", `10.99.${place}.2`));
  lab.spawn("internet", ["socat", `TCP-LISTEN:1883,bind=${ECHO.ipv4},fork,reuseaddr`, `TCP:10.99.${place}.1:1883`]);
};

test("a broker knows of five routers which are there, what each one's traffic takes, and which has gone", async () => {
  const labs = await Promise.all(Array.from({ length: ROUTERS }, () => createLab({})));
  for (const lab of labs) onTestFinished(() => lab.close());
  const heard = await openBroker(labs);
  const daemons = await Promise.all(labs.map((lab, house) => lab.startDaemon({ config: configOf(house) })));
  const hears = (words: RegExp) => expect.poll(heard, { timeout: 30_000 }).toMatch(words);
  for (const house of labs.keys()) {
    await hears(new RegExp(`wan-failover/house-${house}/availability online`));
    await hears(new RegExp(`wan-failover/house-${house}/state .*"active":"fiber"`));
    await hears(new RegExp(`wan-failover/house-${house}/uplink/lte .*"works":true`));
  }
  await labs[2]?.break("blackhole");
  await hears(/wan-failover\/house-2\/state .*"active":"lte"/);
  expect(heard()).not.toMatch(/house-[0134]\/state .*"active":"lte"/);
  await daemons[3]?.kill9();
  await hears(/wan-failover\/house-3\/availability offline/);
  expect(heard()).not.toMatch(/house-[014]\/availability offline/);
});
