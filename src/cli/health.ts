import type { DaemonClient } from "../api/contract.ts";
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
  const healthy = uplink === null ? status.online : doesWork(status, uplink);
  output.write(json ? JSON.stringify({ healthy }) : sentence(uplink, healthy));
  return healthy ? 0 : 1;
};

type Status = Awaited<ReturnType<DaemonClient["status"]>>["status"];

/** One that is merely in doubt does. */
const doesWork = ({ uplinks }: Status, name: string): boolean => {
  const uplink = uplinks.find((one) => one.name === name);
  if (uplink === undefined) {
    const names = uplinks.map((one) => one.name).join(", ");
    throw new AppError("usage", `there is no uplink ${name}; there are: ${names}`);
  }
  return Object.values(uplink.families).some((family) => family?.verdict === "up" || family?.verdict === "suspect");
};

const sentence = (uplink: string | null, healthy: boolean): string =>
  uplink === null ? `${healthy ? "An" : "No"} uplink works.` : `${uplink} ${healthy ? "works" : "doesn't work"}.`;
