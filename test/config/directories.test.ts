import { expect, test } from "vitest";
import { configPathIn, directoriesFrom, journalPathIn, socketPathIn } from "../../src/config/directories.ts";

test("without systemd our files are in the usual places", () => {
  const directories = directoriesFrom({ RUNTIME_DIRECTORY: "" });
  expect(directories).toEqual({
    runtime: "/run/wan-failover",
    state: "/var/lib/wan-failover",
    configuration: "/etc/wan-failover",
  });
  expect(socketPathIn(directories)).toBe("/run/wan-failover/api.sock");
  expect(configPathIn(directories)).toBe("/etc/wan-failover/config.yaml");
  expect(journalPathIn(directories)).toBe("/var/lib/wan-failover/journal");
});

test("of several directories of a service the first is ours", () => {
  const environment = { RUNTIME_DIRECTORY: "/run/a:/run/b", STATE_DIRECTORY: "/s", CONFIGURATION_DIRECTORY: "/c" };
  expect(directoriesFrom(environment)).toEqual({ runtime: "/run/a", state: "/s", configuration: "/c" });
});
