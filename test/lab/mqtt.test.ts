import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Lab } from "../../lab/lab.ts";
import { ECHO } from "../../lab/plan.ts";
import { type Broker, openBroker } from "./broker.ts";
import { areOn, briskConfig, openHouse } from "./house.ts";
import { makeCertificate } from "./servers.ts";

const PASSWORD = "wan p@ss";
const TOPIC = `wan-failover/${hostname()}`;

/** Mosquitto in the internet, by TLS and with a login. */
const openSecured = async (
  lab: Lab,
): Promise<Broker & { readonly passwordFile: string; readonly certificate: string }> => {
  const inLab = (file: string): string => join(lab.plan.directory, file);
  const [passwords, passwordFile] = [inLab("passwords"), inLab("password")];
  const { key, certificate } = makeCertificate(lab, `IP:${ECHO.ipv4}`);
  execFileSync("mosquitto_passwd", ["-c", "-b", passwords, "wan", PASSWORD]);
  writeFileSync(passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
  const secured = [`listener 8883 ${ECHO.ipv4}`, "allow_anonymous false", `password_file ${passwords}`];
  const tls = [`certfile ${certificate}`, `keyfile ${key}`];
  const beside = ["listener 1883 127.0.0.1", "allow_anonymous true"];
  return { ...(await openBroker(lab, [...secured, ...tls, ...beside])), passwordFile, certificate };
};

test("a broker knows how things are over whatever uplink works, and no switch waits for it", async () => {
  const mqtt = { broker: `mqtts://${ECHO.ipv4}`, user: "wan", passwordFile: "" };
  const opened: { broker?: Awaited<ReturnType<typeof openSecured>> } = {};
  const house = await openHouse({
    config: { ...briskConfig(), notify: { settle: "1s", mqtt } },
    env: () => ({ NODE_EXTRA_CA_CERTS: opened.broker?.certificate }),
    prepare: async (lab) => {
      opened.broker = await openSecured(lab);
      mqtt.passwordFile = opened.broker.passwordFile;
    },
  });
  const { broker } = opened;
  if (broker === undefined) throw new Error("the broker was not opened");
  const hears = (words: RegExp) => expect.poll(broker.heard, { timeout: 20_000 }).toMatch(words);
  await hears(new RegExp(`${TOPIC}/availability online`));
  await hears(/homeassistant\/device\/wan-failover-\S+\/config \{"device":/);
  await hears(new RegExp(`${TOPIC}/uplink/lte \\{"interface":"wan1","active":false,"works":true`));

  await house.lab.break("blackhole");
  expect(await house.until("on lte", areOn("lte"))).toBeLessThan(4000);
  await hears(new RegExp(`${TOPIC}/state \\{"online":true,"active":"lte"`));
  await hears(new RegExp(`${TOPIC}/notice .*"event":"failover"`));

  broker.server.child.kill("SIGSTOP");
  await house.lab.mend("blackhole");
  await house.until("back on fiber while the broker hangs", areOn("fiber"), 20_000);
  await expect
    .poll(async () => (await house.status()).problems.join(), { timeout: 20_000 })
    .toMatch(/The MQTT broker can't be told how things are: 192\.0\.2\.80:8883: it did not answer within 5 s/);
  broker.server.child.kill("SIGCONT");
  await hears(/"event":"failback"/);
  const { stdout } = await house.daemon().cli("notify", "test");
  expect(stdout).toBe("mqtt: told\n");

  await house.daemon().kill9();
  await hears(new RegExp(`${TOPIC}/availability offline`));
  expect(house.daemon().log()).not.toContain(PASSWORD);
});
