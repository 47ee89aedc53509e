import { expect, test } from "vitest";
import { findings, found } from "../fake/machine-facts.ts";

const programs = ["systemd", "systemd-network"];

test("systemd-networkd removes foreign routes and rules unless told otherwise", () => {
  expect(found({ programs })).toEqual(["warning networkd-deletes-routes"]);
  expect(found({ programs: ["systemd"] })).toEqual([]);
  const off = "# ours\n[Network]\nManageForeignRoutes = no\nManageForeignRoutingPolicyRules=false\n";
  expect(found({ programs, networkdSettings: ["", off] })).toEqual([]);
});

test("the last assignment in the right section counts", () => {
  const settings = (...texts: readonly string[]) => ({ programs, networkdSettings: texts });
  const off = "[Network]\nManageForeignRoutes=no\nManageForeignRoutingPolicyRules=no";
  expect(found(settings(off, "[Network]\nManageForeignRoutes=yes"))).toEqual(["warning networkd-deletes-routes"]);
  expect(found(settings(off, "[DHCPv4]\nManageForeignRoutes=yes"))).toEqual([]);
  expect(found(settings(off, "ManageForeignRoutes=yes"))).toEqual([]);
  expect(found(settings(off, "[Network]\n#ManageForeignRoutes=yes"))).toEqual([]);
  expect(findings(settings("[Network]\nManageForeignRoutes=no"))[0]?.title).toContain(
    "(ManageForeignRoutingPolicyRules=yes)",
  );
});

test("programs that switch uplinks too are named", () => {
  expect(findings({ programs: ["mwan3track"] })[0]).toMatchObject({ code: "other-manager", title: "mwan3 is running" });
  expect(found({ programs: ["connmand", "mwan3track", "mwan3rtmon"] })).toEqual([
    "warning other-manager",
    "warning other-manager",
  ]);
  expect(found({ programs: ["NetworkManager"] })).toEqual(["note network-manager"]);
  expect(found({ programs: ["keepalived", "dhcpcd", "udhcpc"] })).toEqual([]);
});
