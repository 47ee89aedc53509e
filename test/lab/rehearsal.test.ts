import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ECHO, LAN } from "../../lab/plan.ts";
import { areOn, BRISK, openHouse, UPLINKS } from "./house.ts";
import { RESOLVERS, serve, serveName } from "./servers.ts";

const HOOK = fileURLToPath(new URL("hook.mjs", import.meta.url));

/** Where it is the last hour in which rehearsals begin: whatever the machine's own hour is, all are due. */
const ZONE = `LAB${(new Date().getUTCHours() - 4 + 24) % 24}`;

const NAME = "page.example.net";
const REHEARSE = { when: "daily", for: "10s", page: `http://${NAME}:8080/` };

const CONFIG = {
  uplinks: UPLINKS.map((uplink) => ({ ...uplink, dns: RESOLVERS, detection: BRISK })),
  failover: { holdAfterFailover: "1s", holdAfterFailback: "1s", rehearse: REHEARSE },
};

test("a rehearsal at night uses the standby as a client would, and finds that NAT is missing there", async () => {
  const house = await openHouse({
    config: CONFIG,
    env: () => ({ TZ: ZONE }),
    prepare: async (lab) => {
      await serve(lab, "internet", [process.execPath, HOOK, "8080"]);
      await serveName(lab, NAME, [ECHO.ipv4, ECHO.ipv6]);
      await lab.run("router", "nft list ruleset | grep -q masquerade");
    },
    ready: areOn("lte"),
  });
  await house.until("back on fiber", areOn("fiber"), 25_000);
  const { rehearsal } = await house.status();
  expect(rehearsal).toMatchObject({ uplink: "lte", problems: [] });
  expect((await house.daemon().cli("status")).stdout).toMatch(/Rehearsal of a failover to lte, \d+ s ago: passed/);

  await house.lab.run("router", "nft flush ruleset");
  // A reboot forgets all but the day, and this night is not over.
  await rm(join(house.lab.plan.directory, "state/rehearsal.json"));
  await house.restart({ forgetful: true });
  await house.until("rehearsing again", areOn("lte"));
  await house.until("back on fiber again", areOn("fiber"), 25_000);
  const missing = (family: string, lan: string): string =>
    `${family}: what the LAN sends gets no answer, so NAT seems to be missing (from ${lan}: no answer in time)`;
  const { ipv4, ipv6 } = LAN;
  expect((await house.status()).rehearsal?.problems).toEqual([
    missing("IPv4", ipv4.router),
    missing("IPv6", ipv6.router),
  ]);
});
