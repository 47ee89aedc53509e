import type { DaemonClient } from "../api/contract.ts";
import type { Status, UplinkStatus } from "../api/text/reading.ts";
import { AppError } from "../error.ts";
import type { Output } from "./output.ts";

export interface HealthRequest {
  readonly client: DaemonClient;
  /** The uplink that is asked about; null: any will do. */
  readonly uplink: string | null;
  readonly json: boolean;
  readonly output: Output;
}

/** Whether the internet can be reached through here, for programs that choose between routers. Gives 0 or 1. Throws AppError. */
export const runHealth = async ({ client, uplink, json, output }: HealthRequest): Promise<number> => {
  const { status } = await client.status();
  const healthy = uplink === null ? status.uplinks.some(works) : works(named(status, uplink));
  output.write(json ? JSON.stringify({ healthy }) : sentence(uplink, healthy));
  return healthy ? 0 : 1;
};

const named = ({ uplinks }: Status, name: string): UplinkStatus => {
  const uplink = uplinks.find((one) => one.name === name);
  if (uplink !== undefined) return uplink;
  const names = uplinks.map((one) => one.name).join(", ");
  throw new AppError("usage", `there is no uplink ${name}; there are: ${names}`);
};

/** One that is merely in doubt does; one in hold-down has to prove itself first. */
const works = ({ families }: UplinkStatus): boolean =>
  Object.values(families).some((family) => family?.verdict === "up" || family?.verdict === "suspect");

const sentence = (uplink: string | null, healthy: boolean): string =>
  uplink === null
    ? healthy
      ? "An uplink works."
      : "No uplink has proven to work."
    : `${uplink} ${healthy ? "works" : "doesn't work"}.`;
