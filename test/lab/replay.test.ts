import { join } from "node:path";
import { expect, test } from "vitest";
import { pause } from "../../lab/clock.ts";
import { areOn, briskConfig, type House, isWell, movesIn, openHouse } from "./house.ts";

interface Replayed {
  readonly kind: "exact" | "estimate";
  readonly runs: number;
  readonly events: number;
  readonly checks: number;
  readonly differentAtMs: number | null;
  readonly damagedOctets: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly decided: readonly { readonly atMs: number; readonly text: string }[];
}

const replayed = async (house: House, ...options: readonly string[]): Promise<Replayed> => {
  const { code, stdout, stderr } = await house.daemon().cli("replay", "--json", ...options);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return JSON.parse(stdout) as Replayed;
};

/** The switches and diverts, as the log has them. */
const movesOf = ({ decided }: Replayed): readonly string[] => movesIn(decided.map(({ text }) => text).join("\n"));

const suffer = async (house: House): Promise<void> => {
  await house.lab.break("blackhole", "wan0");
  await house.until("on lte", areOn("lte"));
  await house.lab.mend("blackhole", "wan0");
  await house.until("well again", isWell, 20_000);
};

test("the journal of an outage replays to the same decisions at the same times, also over a restart", async () => {
  const began = Date.now();
  const house = await openHouse({ config: briskConfig() });
  await suffer(house);
  house.daemon().signal("SIGUSR2");
  await pause(300);
  const first = await replayed(house);
  expect(first).toMatchObject({ kind: "exact", runs: 1, differentAtMs: null, damagedOctets: 0 });
  const logged = movesIn(house.daemon().log()).map((line) => line.replace(/^.*?(?=IPv[46])/, ""));
  expect(movesOf(first)).toEqual(logged);
  expect(logged.join("\n")).toMatch(/failover: from fiber to lte.*failback: from lte to fiber/s);
  expect(first.fromMs).toBeGreaterThan(began);
  expect(first.toMs).toBeLessThan(Date.now());
  console.log(`${first.events} events, ${first.decided.length} decisions, ${first.checks} comparisons`);

  await house.daemon().stop();
  await house.restart();
  await house.until("well after the restart", isWell);
  await suffer(house);
  await house.daemon().stop();
  const both = await replayed(house);
  expect(both).toMatchObject({ runs: 2, differentAtMs: null, damagedOctets: 0 });
  expect(movesOf(both).filter((text) => text.includes("failover"))).toHaveLength(4);

  const text = await house.daemon().cli("replay", join(house.lab.plan.directory, "state/journal/newer"));
  expect(text.stdout).toMatch(/\nExact: \d+ decisions, the same as the daemon's/);
  const tuned = await house.daemon().cli("replay", "--tune");
  expect(tuned.stdout).toMatch(/An estimate: .*\nclassic +\d/s);
  console.log(tuned.stdout);
});
