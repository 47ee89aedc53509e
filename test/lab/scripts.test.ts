import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Lab } from "../../lab/lab.ts";
import { areOn, briskConfig, isOn, isWell, openHouse } from "./house.ts";
import { serve } from "./servers.ts";

const AMI = fileURLToPath(new URL("ami.mjs", import.meta.url));

/** Notes its arguments and what else it is told, as an admin's first script would. */
const NOTES = (lab: Lab): string => `#!/bin/sh
state="$1"; primary_if="$2"; primary_gw="$3"; secondary_if="$4"; secondary_gw="$5"; secondary_gw_ipv6="$6"
case $state in
SECONDARY) word=left ;;
PRIMARY) word=back ;;
esac
echo "$word $# $primary_if $primary_gw $secondary_if $secondary_gw $secondary_gw_ipv6" \\
  "$WAN_FAILOVER_EVENT $WAN_FAILOVER_FROM-$WAN_FAILOVER_TO $WAN_FAILOVER_FAMILY" >> ${lab.plan.directory}/notes
exit 0
`;

/** Stays on the secondary while Asterisk has calls, by its own words. */
const CALLS = (lab: Lab): string => `#!/bin/sh
[ "$1" = "SECONDARY_EXIT" ] || exit 0
. ${lab.plan.directory}/rc.conf
asterisk() { echo "$CHANNELS active channels"; echo "$CALLS active call"; }
calls="$(asterisk -rx 'core show channels' | sed -n -r -e 's/^([0-9]+) +active +call.*$/\\1/p')"
if [ -n "$calls" ] && [ "$calls" -gt 0 ]; then exit 1; fi
exit 0
`;

const placeScript = async (lab: Lab, name: string, text: string): Promise<string> => {
  const path = join(lab.plan.directory, name);
  await writeFile(path, text);
  await chmod(path, 0o755);
  return path;
};

const setCalls = (lab: Lab, calls: number): Promise<void> =>
  writeFile(join(lab.plan.directory, "rc.conf"), `CHANNELS=${2 * calls}\nCALLS=${calls}\n`);

/** What the manager interface says. */
const setAsteriskCalls = (lab: Lab, calls: number): Promise<void> =>
  writeFile(join(lab.plan.directory, "calls"), `${calls}\n`);

/** A house whose scripts are placed before the daemon starts. */
const openScripted = async (scripts: Readonly<Record<string, (lab: Lab) => string>>, more: object = {}) => {
  const paths: Record<string, string> = {};
  const config = { ...briskConfig(), scripts: { ...more, ...paths }, asterisk: { manager: {} } };
  const house = await openHouse({
    config,
    prepare: async (lab) => {
      await setCalls(lab, 1);
      for (const [name, text] of Object.entries(scripts)) paths[name] = await placeScript(lab, name, text(lab));
      Object.assign(config.scripts, paths);
      const secretFile = join(lab.plan.directory, "secret");
      await Promise.all([writeFile(secretFile, "s3cret\n"), setAsteriskCalls(lab, 1)]);
      Object.assign(config.asterisk.manager, { user: "wan-failover", secretFile });
    },
  });
  return house;
};

test("scripts written for AstLinux are called at both switches, and keep traffic away while there is a call", async () => {
  const house = await openScripted({ change: NOTES, allowFailback: CALLS });
  const { lab } = house;
  const asterisk = await serve(lab, "router", [
    process.execPath,
    AMI,
    "5038",
    "s3cret",
    join(lab.plan.directory, "calls"),
  ]);
  await lab.break("blackhole");
  await house.until("on lte", areOn("lte"));
  await expect.poll(() => asterisk.said()).toContain("Command pjsip send register *all");
  await lab.mend("blackhole");
  await house.until("kept there", ({ families }) =>
    /keeps traffic here \(exit code 1\)/.test(families.ipv4.waiting ?? ""),
  );
  await setCalls(lab, 0);
  await house.until(
    "kept there by Asterisk alone",
    ({ families }) => /Asterisk has 1 active call/.test(families.ipv4.waiting ?? ""),
    15_000,
  );
  await setAsteriskCalls(lab, 0);
  await house.until("back", areOn("fiber"), 20_000);
  await house.until("well", isWell, 20_000);
  const notes = (await readFile(join(lab.plan.directory, "notes"), "utf8")).trim().split("\n");
  const [fiber, lte] = lab.plan.uplinks;
  const gateways = `${fiber?.name} ${fiber?.ipv4.gateway} ${lte?.name} ${lte?.ipv4.gateway} ${lte?.ipv6.gateway}`;
  expect(notes).toEqual([`left 6 ${gateways} failover fiber-lte ipv4`, `back 6 ${gateways} failback lte-fiber ipv4`]);
});

test("a script that hangs delays no switch, and is ended when its time is over", async () => {
  const house = await openScripted({ change: () => "#!/bin/sh\nsleep 1000\n" }, { timeout: "3s" });
  const { lab } = house;
  await lab.break("blackhole");
  await house.until("on lte", areOn("lte"));
  await lab.break("carrier-loss", "wan1");
  await lab.mend("blackhole");
  await house.until("away from lte while the script hangs", isOn("fiber"));
  await expect.poll(() => house.daemon().log(), { timeout: 10_000 }).toContain("did not end within 3 s");
});
