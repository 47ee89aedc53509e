import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Lab } from "../../lab/lab.ts";
import { ECHO } from "../../lab/plan.ts";
import { areOn, briskConfig, openHouse } from "./house.ts";
import { makeCertificate, type Server, serve } from "./servers.ts";

const PASSWORD = "wan p@ss";
const TOPIC = `wan-failover/${hostname()}`;

/** Mosquitto in the internet, by TLS and with a login; and somebody beside it who hears everything: `TOPIC PAYLOAD`. */
const openBroker = async (
  lab: Lab,
): Promise<{ broker: Server; heard: () => string; passwordFile: string; certificate: string }> => {
  const { directory } = lab.plan;
  const { key, certificate } = makeCertificate(lab, `IP:${ECHO.ipv4}`);
  const [passwords, config, passwordFile] = ["passwords", "mosquitto.conf", "password"].map((file) =>
    join(directory, file),
  );
  execFileSync("mosquitto_passwd", ["-c", "-b", passwords ?? "", "wan", PASSWORD]);
  writeFileSync(passwordFile ?? "", `${PASSWORD}\n`, { mode: 0o600 });
  const secured = [`listener 8883 ${ECHO.ipv4}`, "allow_anonymous false", `password_file ${passwords}`];
  const tls = [`certfile ${certificate}`, `keyfile ${key}`];
  const beside = ["listener 1883 127.0.0.1", "allow_anonymous true"];
  writeFileSync(
    config ?? "",
    ["user root", "per_listener_settings true", ...secured, ...tls, ...beside, ""].join("\n"),
  );
  await lab.run("internet", "ip link set lo up");
  const broker = await serve(lab, "internet", ["/usr/sbin/mosquitto", "-v", "-c", config ?? ""]);
  await expect.poll(() => broker.said()).toContain("listen socket on port 1883");
  const child = lab.spawn("internet", ["mosquitto_sub", "-h", "127.0.0.1", "-t", "#", "-F", "%t %p"]);
  let heard = "";
  child.stdout.on("data", (chunk) => {
    heard += chunk;
  });
  await expect.poll(() => broker.said()).toContain("Sending SUBACK");
  return { broker, heard: () => heard, passwordFile: passwordFile ?? "", certificate };
};

test("a broker knows how things are over whatever uplink works, and no switch waits for it", async () => {
  const mqtt = { broker: `mqtts://${ECHO.ipv4}`, user: "wan", passwordFile: "" };
  const opened: { parts?: Awaited<ReturnType<typeof openBroker>> } = {};
  const house = await openHouse({
    config: { ...briskConfig(), notify: { settle: "1s", mqtt } },
    env: () => ({ NODE_EXTRA_CA_CERTS: opened.parts?.certificate }),
    prepare: async (lab) => {
      opened.parts = await openBroker(lab);
      mqtt.passwordFile = opened.parts.passwordFile;
    },
  });
  const { broker, heard } = opened.parts ?? {};
  if (broker === undefined || heard === undefined) throw new Error("the broker was not opened");
  const hears = (words: RegExp) => expect.poll(() => heard(), { timeout: 20_000 }).toMatch(words);
  await hears(new RegExp(`${TOPIC}/availability online`));
  await hears(/homeassistant\/device\/wan-failover-\S+\/config \{"device":/);
  await hears(new RegExp(`${TOPIC}/uplink/lte \\{"interface":"wan1","active":false,"works":true`));

  await house.lab.break("blackhole");
  expect(await house.until("on lte", areOn("lte"))).toBeLessThan(4000);
  await hears(new RegExp(`${TOPIC}/state \\{"online":true,"active":"lte"`));
  await hears(new RegExp(`${TOPIC}/notice .*"event":"failover"`));

  broker.child.kill("SIGSTOP");
  await house.lab.mend("blackhole");
  await house.until("back on fiber while the broker hangs", areOn("fiber"), 20_000);
  await expect
    .poll(async () => (await house.status()).problems.join(), { timeout: 20_000 })
    .toMatch(/The MQTT broker can't be told how things are: 192\.0\.2\.80:8883: it did not answer within 5 s/);
  broker.child.kill("SIGCONT");
  await hears(/"event":"failback"/);
  const { stdout } = await house.daemon().cli("notify", "test");
  expect(stdout).toBe("mqtt: told\n");

  await house.daemon().kill9();
  await hears(new RegExp(`${TOPIC}/availability offline`));
  expect(house.daemon().log()).not.toContain(PASSWORD);
});
