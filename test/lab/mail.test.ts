import { chmod, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Lab } from "../../lab/lab.ts";
import { ECHO } from "../../lab/plan.ts";
import { areOn, briskConfig, type House, openHouse } from "./house.ts";
import { makeCertificate, serve } from "./servers.ts";

/** Debian's own Python, which has the server's library. */
const PYTHON = "/usr/bin/python3";
const RELAY = fileURLToPath(new URL("relay.py", import.meta.url));
const HOOK = fileURLToPath(new URL("hook.mjs", import.meta.url));
const PORT = 587;
const PASSWORD = "wan:p@ss word";

/** Takes connections and never says a word. */
const HANGING = ["socat", "-d", "-d", `TCP-LISTEN:${PORT},fork,reuseaddr`, "SYSTEM:sleep 1000"];

interface Mail {
  readonly encrypted: boolean;
  readonly login: string;
  readonly sender: string;
  readonly receivers: readonly string[];
  readonly text: string;
}

/** A relay in the internet that takes this password, and the mails that it got. */
const openRelay = async (lab: Lab, files: { key: string; certificate: string }, password: string) => {
  const place = [ECHO.ipv4, String(PORT)];
  const server = await serve(lab, "internet", [PYTHON, RELAY, ...place, files.key, files.certificate, password]);
  const told = () =>
    server
      .said()
      .trim()
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as Partial<Mail>);
  return {
    mails: (): readonly Mail[] =>
      told()
        .filter((one): one is Mail => "text" in one)
        .map((mail) => ({ ...mail, text: unfolded(mail.text) })),
    close: () => server.child.kill("SIGKILL"),
  };
};

/** Long lines are folded on their way (RFC 2045 section 6.7). */
const unfolded = (text: string): string => text.replace(/=\r?\n/g, "");

const openMailed = async () => {
  const files: { key: string; certificate: string } = { key: "", certificate: "" };
  const email = { to: ["ops@example.net", "boss@example.net"], from: "wan@example.net", user: "wan" };
  const webhook = [{ url: `http://${ECHO.ipv4}:8080/wan`, template: "ntfy" }, { url: `http://${ECHO.ipv4}:8080/own` }];
  const notify = { settle: "1s", standbyUnusableAfter: "2s", email, webhook };
  const house = await openHouse({
    config: { ...briskConfig(), notify },
    env: () => ({ NODE_EXTRA_CA_CERTS: files.certificate }),
    prepare: async (lab) => {
      Object.assign(files, makeCertificate(lab, `IP:${ECHO.ipv4}`));
      const passwordFile = join(lab.plan.directory, "password");
      await writeFile(passwordFile, `${PASSWORD}\n`);
      await chmod(passwordFile, 0o600);
      Object.assign(email, { relay: `smtp://${ECHO.ipv4}:${PORT}`, passwordFile });
    },
  });
  return { house, files };
};

const problems = async (house: House): Promise<string> => (await house.status()).problems.join("\n");

const sendTest = async (house: House): Promise<string> => {
  const { stdout, stderr } = await house.daemon().cli("notify", "test");
  return `${stdout}${stderr}`.trim();
};

/** A failover, which takes as long as without a relay. */
const failOver = async (house: House): Promise<void> => {
  const { lab } = house;
  await lab.break("blackhole");
  expect(await house.until("on lte", areOn("lte"))).toBeLessThan(4000);
};

test("mails and webhooks reach their servers in the end, however a relay behaves at first, and no switch waits for it", async () => {
  const { house, files } = await openMailed();
  const { lab } = house;

  const hook = await serve(lab, "internet", [process.execPath, HOOK, "8080"]);
  const hanging = await serve(lab, "internet", HANGING);
  await failOver(house);
  await expect.poll(() => hanging.said(), { timeout: 10_000 }).toContain("accepting connection");
  await expect
    .poll(() => hook.said(), { timeout: 10_000 })
    .toMatch(/"path":"\/wan".*"title":"Primary WAN link failed on /);
  expect(hook.said()).toMatch(/"path":"\/own".*\\"event\\":\\"failover\\"/);
  await lab.mend("blackhole");
  await house.until("back on fiber while the relay hangs", areOn("fiber"));
  await expect
    .poll(() => problems(house), { timeout: 15_000 })
    .toMatch(/to be told by email.*192\.0\.2\.80:587: Greeting never received/);

  hanging.child.kill("SIGKILL");
  await expect.poll(() => sendTest(house)).toMatch(/^email: 192\.0\.2\.80:587: .*ECONNREFUSED/);
  await house.restart();
  const strict = await openRelay(lab, files, "another password");
  expect(await sendTest(house)).toMatch(/^email: 192\.0\.2\.80:587: .*535 5\.7\.8/);
  strict.close();

  const relay = await openRelay(lab, files, PASSWORD);
  expect(await sendTest(house)).toBe("email: told\nntfy: told\ngeneric: told");
  const [first] = relay.mails();
  expect(first).toMatchObject({
    encrypted: true,
    login: "wan",
    sender: "wan@example.net",
    receivers: ["ops@example.net", "boss@example.net"],
  });
  expect(first?.text).toContain(`From: "WAN-${hostname()}" <wan@example.net>`);
  expect(first?.text).toContain(`Subject: Test message of WAN failover on '${hostname()}'.`);
  expect(first?.text).toContain(`Primary WAN link OK on '${hostname()}'. Switched back to primary link.`);
  expect(await problems(house)).toBe("");

  await failOver(house);
  await expect.poll(() => relay.mails().length, { timeout: 10_000 }).toBe(2);
  const text = relay.mails()[1]?.text;
  expect(text).toContain(`Subject: Primary WAN link failed on '${hostname()}'. Switched to secondary link.`);
  expect(text).toMatch(/Traffic went from fiber to lte at .*: fiber is down: /);
  expect(text).toContain(`default via ${lab.plan.uplinks[0]?.ipv4.gateway} dev wan0 metric`);
  expect(text).toContain(`default via ${lab.plan.uplinks[1]?.ipv4.gateway} dev wan1 metric 1`);

  await lab.mend("blackhole");
  await expect
    .poll(() => relay.mails()[2]?.text, { timeout: 15_000 })
    .toMatch(/Subject: Primary WAN link OK on .*\. Switched back to primary link\./);
  await lab.break("carrier-loss", "wan1");
  await expect
    .poll(() => relay.mails()[3]?.text, { timeout: 10_000 })
    .toMatch(/Subject: Standby WAN link lte is not usable on /);
  expect(house.daemon().log()).not.toContain(PASSWORD);
});
