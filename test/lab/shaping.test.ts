import { expect, test } from "vitest";
import type { Lab } from "../../lab/lab.ts";
import { isWell, openHouse, UPLINKS } from "./house.ts";

const LOOK_MS = 100;
const WITHIN_MS = 10_000;

const shown = (lab: Lab): Promise<string> => lab.run("router", "tc qdisc show dev wan0 root; tc class show dev wan0");

/** Waits until tc shows it. */
const untilShown = async (lab: Lab, what: RegExp): Promise<string> => {
  const deadline = lab.now() + WITHIN_MS;
  for (;;) {
    const text = await shown(lab);
    if (what.test(text) || lab.now() > deadline) return text;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
};

const OURS = /^qdisc (htb|cake) 8701: root/;

const configOf = (shape?: object): object => ({
  uplinks: [{ ...UPLINKS[0], ...(shape === undefined ? {} : { shape }) }, UPLINKS[1]],
});

test("an upload is shaped, whatever happens to the shaper, until nobody wants it", async () => {
  const house = await openHouse({
    config: configOf({ upload: "10mbit", linkLayer: "docsis", ackFilter: true }),
    measure: { new: [], long: [] },
  });
  const { lab } = house;
  const first = await untilShown(lab, OURS);
  expect(first).toMatch(/^qdisc (cake 8701: root .*bandwidth 10Mbit diffserv4 .*nat|htb 8701: root(.|\n)*rate 10Mbit)/);
  const byCake = first.startsWith("qdisc cake");
  const problem = (await house.status()).problems.find((text) => text.includes("upload of fiber"));
  expect(problem === undefined).toBe(byCake);
  if (!byCake) expect(problem).toMatch(/^The upload of fiber is shaped by HTB instead of CAKE: .*\.$/);

  await new Promise((resolve) => setTimeout(resolve, 500));
  await lab.run("router", "tc qdisc del dev wan0 root");
  expect(await untilShown(lab, OURS)).toMatch(OURS);

  await house.restart({ config: configOf({ upload: "2mbit", linkLayer: "pppoe-ptm" }) });
  expect(await untilShown(lab, byCake ? /bandwidth 2Mbit/ : /rate 1969Kbit/)).toMatch(
    byCake ? /bandwidth 2Mbit/ : /rate 1969Kbit/,
  );
  await house.until("well", isWell);

  await lab.break("interface-removed", "wan0");
  await lab.mend("interface-removed", "wan0");
  expect(await untilShown(lab, OURS)).toMatch(OURS);

  await house.restart({ config: configOf() });
  expect(await untilShown(lab, /noqueue/)).toBe("qdisc noqueue 0: root refcnt 2 \n");

  await house.restart({ config: configOf({ upload: "2mbit" }) });
  expect(await untilShown(lab, OURS)).toMatch(OURS);
  await house.daemon().stop();
  expect((await house.daemon().cli("reset")).code).toBe(0);
  expect(await shown(lab)).toBe("qdisc noqueue 0: root refcnt 2 \n");
});
