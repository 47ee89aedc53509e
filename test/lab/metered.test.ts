import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ECHO } from "../../lab/plan.ts";
import { areOn, BRISK, openHouse, UPLINKS } from "./house.ts";
import { serve } from "./servers.ts";

const HOOK = fileURLToPath(new URL("hook.mjs", import.meta.url));

/** Of the internet's ports the echo server's alone is essential; there is a web server at the other. */
const ESSENTIAL = ECHO.port;
const OTHER = 8080;

const [FIBER, LTE] = UPLINKS;

const CONFIG = {
  uplinks: [
    { ...FIBER, detection: BRISK },
    { ...LTE, detection: BRISK, metered: true, cap: "10MB/month", essential: { ports: [ESSENTIAL] } },
  ],
  failover: { holdAfterFailover: "1s", holdAfterFailback: "1s" },
};

const TO = { ipv4: ECHO.ipv4, ipv6: `[${ECHO.ipv6}]` } as const;

test("a metered standby carries what is essential, refuses the rest at once, and tells when its cap is used up", async () => {
  const house = await openHouse({ config: CONFIG });
  const { lab } = house;
  await serve(lab, "internet", [process.execPath, HOOK, String(OTHER)]);
  /** What socat says of an attempt, within two seconds. */
  const attempt = (role: string, to: string): Promise<string> =>
    lab.run(role, `timeout 2 socat -u OPEN:/etc/hostname ${to} 2>&1 && echo reached || true`);
  const attempts = (role: string, port: number) =>
    Promise.all(Object.values(TO).map((address) => attempt(role, `TCP:${address}:${port}`)));
  const REACHED = ["reached\n", "reached\n"];
  expect(await attempts("client", OTHER)).toEqual(REACHED);

  await lab.break("blackhole");
  await house.until("on lte", areOn("lte"));
  expect(await attempts("client", ESSENTIAL)).toEqual(REACHED);
  expect(await attempts("router", OTHER)).toEqual(REACHED);
  for (const refused of await attempts("client", OTHER)) expect(refused).toMatch(/Connection refused/);
  const ping = (family: string, to: string) => lab.run("client", `ping ${family} -c 1 -W 2 ${to} || true`);
  expect(await ping("-4", ECHO.ipv4)).toMatch(/From 192\.168\.77\.1 .*Packet filtered/);
  expect(await ping("-6", ECHO.ipv6)).toMatch(/From fd77:1:1:1::1 .*Administratively prohibited/);
  expect((await house.daemon().cli("status")).stdout).toMatch(/lte {2}wan1 .*essential traffic only/);

  await lab.run(
    "client",
    `head -c 11000000 /dev/zero | timeout 20 socat -t5 - TCP:${ECHO.ipv4}:${ESSENTIAL} > /dev/null`,
  );
  const isUsedUp = ({ problems }: { readonly problems: readonly string[] }): boolean =>
    problems.some((problem) => /^lte has used 1\d\.\d MB of its 10\.0 MB in \d{4}-\d\d \(1\d\d %\)\.$/.test(problem));
  await house.until("used up", isUsedUp, 15_000);
  expect(house.daemon().log()).toMatch(/lte has used 1\d\.\d MB of its 10\.0 MB/);
  await house.restart();
  await house.until("used up over a restart", isUsedUp, 15_000);
});
