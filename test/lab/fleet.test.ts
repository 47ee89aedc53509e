import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createLab, type Lab } from "../../lab/lab.ts";
import { ECHO, namespaceOf } from "../../lab/plan.ts";
import { openBroker } from "./broker.ts";
import { briskConfig } from "./house.ts";
import { serve } from "./servers.ts";

const ROUTERS = 5;

const configOf = (house: number): object => ({
  ...briskConfig(),
  notify: { mqtt: { broker: `mqtt://${ECHO.ipv4}`, topic: `wan-failover/house-${house}`, discovery: "none" } },
});

/** Prometheus where the broker is: it reaches each router over a wire of its own, as over a VPN, with a token of its own. */
const openPrometheus = async (home: Lab, routers: readonly { readonly lab: Lab; readonly token: string }[]) => {
  const jobs = await Promise.all(
    routers.map(async ({ lab, token }, house) => {
      await manage(home, lab, house);
      return {
        job_name: `house-${house}`,
        authorization: { credentials: token.trim() },
        static_configs: [{ targets: [`10.98.${house}.2:8380`] }],
      };
    }),
  );
  const config = join(home.plan.directory, "prometheus.yml");
  const pace = { scrape_interval: "500ms", scrape_timeout: "500ms" };
  writeFileSync(config, JSON.stringify({ global: pace, scrape_configs: jobs }));
  const data = `--storage.tsdb.path=${join(home.plan.directory, "metrics")}`;
  await serve(home, "internet", ["prometheus", `--config.file=${config}`, data, "--web.listen-address=127.0.0.1:9090"]);
  return async (query: string): Promise<Readonly<Record<string, string>>> => {
    const url = `http://127.0.0.1:9090/api/v1/query?query=${encodeURIComponent(query)}`;
    const { data: answer } = JSON.parse(await home.run("internet", `curl -sg '${url}'`));
    const result: readonly { metric: { job: string }; value: [number, string] }[] = answer.result;
    return Object.fromEntries(result.map(({ metric, value }) => [metric.job, value[1]]));
  };
};

const manage = async (home: Lab, lab: Lab, house: number): Promise<void> => {
  const near = ["link", "add", "manage", "netns", namespaceOf(lab.plan, "router"), "type", "veth"];
  execFileSync("ip", [...near, "peer", "name", `manage${house}`, "netns", namespaceOf(home.plan, "internet")]);
  await home.run("internet", up(`manage${house}`, `10.98.${house}.1`));
  await lab.run("router", up("manage", `10.98.${house}.2`));
  const listen = `TCP-LISTEN:8380,bind=10.98.${house}.2,fork,reuseaddr`;
  lab.spawn("router", ["socat", listen, "TCP:127.0.0.1:8380"]);
};

const up = (name: string, address: string): string =>
  `ip address add ${address}/30 dev ${name}; ip link set ${name} up`;

/** A wire from a lab's internet to the broker, with a relay at its near end. */
const connect = async (home: Lab, lab: Lab, place: number): Promise<void> => {
  const near = ["link", "add", "hub0", "netns", namespaceOf(lab.plan, "internet"), "type", "veth"];
  execFileSync("ip", [...near, "peer", "name", `hub${place}`, "netns", namespaceOf(home.plan, "internet")]);
  await home.run("internet", up(`hub${place}`, `10.99.${place}.1`));
  await lab.run("internet", up("hub0", `10.99.${place}.2`));
  lab.spawn("internet", ["socat", `TCP-LISTEN:1883,bind=${ECHO.ipv4},fork,reuseaddr`, `TCP:10.99.${place}.1:1883`]);
};

test("a broker and a Prometheus know of five routers which are there, what each one's traffic takes, and which has gone", async () => {
  const labs = await Promise.all(Array.from({ length: ROUTERS }, () => createLab({})));
  for (const lab of labs) onTestFinished(() => lab.close());
  const [home, ...others] = labs;
  if (home === undefined) throw new Error("there is no lab");
  const { heard } = await openBroker(home, ["listener 1883 0.0.0.0", "allow_anonymous true"]);
  await Promise.all(others.map((lab, place) => connect(home, lab, place + 1)));
  const daemons = await Promise.all(labs.map((lab, house) => lab.startDaemon({ config: configOf(house) })));
  const tokens = await Promise.all(daemons.map((daemon) => daemon.cli("token", "create", "prometheus")));
  const routers = labs.map((lab, house) => ({ lab, token: tokens[house]?.stdout ?? "" }));
  const query = await openPrometheus(home, routers);
  const sees = (what: string, values: readonly string[]) =>
    expect
      .poll(() => query(what).catch(() => ({})), { timeout: 30_000, interval: 200 })
      .toEqual(Object.fromEntries(values.map((value, house) => [`house-${house}`, value])));
  const hears = (words: RegExp) => expect.poll(heard, { timeout: 30_000 }).toMatch(words);
  for (const house of labs.keys()) {
    await hears(new RegExp(`wan-failover/house-${house}/availability online`));
    await hears(new RegExp(`wan-failover/house-${house}/state .*"active":"fiber"`));
    await hears(new RegExp(`wan-failover/house-${house}/uplink/lte .*"works":true`));
  }
  const fiber = 'wan_failover_uplink_up{uplink="fiber",family="ipv4"}';
  await sees(fiber, ["1", "1", "1", "1", "1"]);
  await labs[2]?.break("blackhole");
  await hears(/wan-failover\/house-2\/state .*"active":"lte"/);
  expect(heard()).not.toMatch(/house-[0134]\/state .*"active":"lte"/);
  await sees(fiber, ["1", "1", "0", "1", "1"]);
  await daemons[3]?.kill9();
  await hears(/wan-failover\/house-3\/availability offline/);
  expect(heard()).not.toMatch(/house-[014]\/availability offline/);
  await sees("up", ["1", "1", "1", "0", "1"]);
});
