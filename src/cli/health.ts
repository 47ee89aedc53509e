import type { DaemonClient } from "../api/contract.ts";
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
  const healthy = uplink === null ? status.online : isUp(status, uplink);
  output.write(json ? JSON.stringify({ healthy }) : sentence(uplink, healthy));
  return healthy ? 0 : 1;
};

type Status = Awaited<ReturnType<DaemonClient["status"]>>["status"];

const isUp = ({ uplinks }: Status, name: string): boolean =>
  uplinks.some(
    ({ name: own, families }) => own === name && Object.values(families).some((family) => family?.verdict === "up"),
  );

const sentence = (uplink: string | null, healthy: boolean): string =>
  uplink === null ? `${healthy ? "An" : "No"} uplink works.` : `${uplink} ${healthy ? "works" : "doesn't work"}.`;
