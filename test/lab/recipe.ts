import { readFileSync, writeFileSync } from "node:fs";
import { BRISK, type House } from "./house.ts";

const SWIFT = { ...BRISK, downIntervalMax: "1s" };

/** An example's config for a lab: its uplinks' interfaces are wan0 and wan1 there, and an outage is over within seconds. */
export const inLab = (text: string): string =>
  `${text
    .replaceAll(/\beth(\d)/g, "wan$1")
    .replaceAll(/^ {4}detection: .*\n/gm, "")
    .replaceAll(/^ {2}- name: .*$/gm, `$&\n    detection: ${JSON.stringify(SWIFT)}`)}
failover: { holdAfterFailover: 1s, holdAfterFailback: 1s }
`;

/** The example of this name, for a lab. */
export const exampleInLab = (name: string): string =>
  inLab(readFileSync(new URL(`../../examples/${name}.yaml`, import.meta.url), "utf8"));

/** Gives the running daemon another config, as `systemctl reload` does. */
export const reload = (house: House, config: string): void => {
  writeFileSync(house.daemon().configFile, config);
  house.daemon().signal("SIGHUP");
};
