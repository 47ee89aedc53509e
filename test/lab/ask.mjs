// Looks a name up ten times a second: `node ask.mjs SERVER NAME SECONDS`. A line of JSON for each: when it was asked, and the answer.
import { Resolver } from "node:dns/promises";

const [server, name, seconds] = process.argv.slice(2);
const INTERVAL_MS = 100;

const resolver = new Resolver({ timeout: 2000, tries: 1 });
resolver.setServers([server]);

const ask = async () => {
  const at = Number(process.hrtime.bigint()) / 1e6;
  const answer = await resolver.resolve4(name).then(
    ([address]) => address,
    ({ code }) => code,
  );
  process.stdout.write(`${JSON.stringify({ at, answer })}\n`);
};

const timer = setInterval(ask, INTERVAL_MS);
setTimeout(() => clearInterval(timer), Number(seconds) * 1000);
