import { loadConfig } from "../config/load.ts";
import { ConfigError } from "../config/mistake/issue.ts";
import { formatDuration } from "../config/value/duration.ts";
import type { Settings, SteeringSettings, UplinkSettings } from "../core/settings.ts";
import { AppError } from "../error.ts";
import { errorText } from "./error-text.ts";
import type { Output } from "./output.ts";

/** What `wan-failover check [FILE]` was asked. */
export interface CheckRequest {
  readonly path: string;
  readonly json: boolean;
  readonly output: Output;
}

const VALID = 0;
const INVALID = 2;

/** Says whether the config is valid and what it will do, or lists its mistakes. Returns the exit code: 0 or 2. */
export const runCheck = ({ path, json, output }: CheckRequest): number => {
  try {
    const summary = summarize(loadConfig(path).settings);
    output.write(json ? JSON.stringify({ file: path, valid: true, summary }) : `${path} is valid: ${summary}`);
    return VALID;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (json) output.write(JSON.stringify({ file: path, valid: false, ...asJson(error) }));
    else output.complain(errorText(error, false));
    return INVALID;
  }
};

const asJson = (error: AppError): object => ({
  code: error.code,
  detail: error.detail,
  issues: error instanceof ConfigError ? error.issues : [],
});

/** In a sentence or three: who carries traffic, who takes over, when it comes back, what is steered. Never throws. */
export const summarize = ({ uplinks, failover, steering }: Settings): string => {
  const tiers = [...new Set(uplinks.map(({ tier }) => tier))].sort((one, other) => one - other);
  const order = tiers.map((tier) => describeTier(uplinks.filter((uplink) => uplink.tier === tier)));
  const hold = formatDuration(failover.holdAfterFailoverMs);
  const back =
    failover.failback === "auto" ? `by itself, ${hold} after a failover at the earliest` : "by `failback` only";
  return [
    `traffic takes ${order.join(", else ")}.`,
    ...(order.length > 1 ? [`It comes back ${back}.`] : []),
    ...(steering.length > 0 ? [`Steered: ${steering.map(describeSteering).join("; ")}.`] : []),
  ].join(" ");
};

const describeSteering = ({ name, over, otherwise }: SteeringSettings): string =>
  `${name} over ${[...over, otherwise === "refuse" ? "nowhere" : "with the rest"].join(", else ")}`;

const describeTier = (uplinks: readonly UplinkSettings[]): string => {
  const names = uplinks.map(({ name, interface: link }) => (link === null ? name : `${name} (${link})`)).join(" and ");
  return uplinks.length > 1 ? `${names} at ${uplinks.map(({ weight }) => weight).join(":")}` : names;
};
