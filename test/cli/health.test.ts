import { expect, test } from "vitest";
import type { DaemonClient } from "../../src/api/contract.ts";
import { runHealth } from "../../src/cli/health.ts";
import { diverted, healthy, noneUp } from "./fixture.ts";

const codeOf = (status: typeof healthy, uplink: string | null): Promise<number> => {
  const client = { status: () => Promise.resolve({ status }) } as unknown as DaemonClient;
  return runHealth({ client, uplink, json: false, output: { write: () => {}, complain: () => {} } });
};

/** Fiber has IPv4 alone, and is in doubt there. */
const inDoubt = {
  ...diverted,
  uplinks: diverted.uplinks.map((uplink) => ({ ...uplink, families: { ...uplink.families, ipv6: null } })),
};

test("an uplink is healthy while it works, also in doubt; the router while any is", async () => {
  const asked = [healthy, inDoubt, noneUp].map((status) =>
    Promise.all([codeOf(status, null), codeOf(status, "fiber")]),
  );
  expect(await Promise.all(asked)).toEqual([
    [0, 0],
    [0, 0],
    [1, 1],
  ]);
});

test("an uplink that isn't there is a mistake in the question, not a sick uplink", async () => {
  await expect(codeOf(healthy, "fibre")).rejects.toMatchObject({
    code: "usage",
    detail: "there is no uplink fibre; there are: fiber, lte",
  });
});
