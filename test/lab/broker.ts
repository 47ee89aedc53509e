import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Lab } from "../../lab/lab.ts";
import { type Server, serve } from "./servers.ts";

export interface Broker {
  readonly server: Server;
  /** What has been said to it: a `TOPIC PAYLOAD` a line. */
  heard(): string;
}

/** Mosquitto in the internet, with these listeners, of which one lets anybody in at port 1883 of 127.0.0.1. */
export const openBroker = async (lab: Lab, listeners: readonly string[]): Promise<Broker> => {
  const config = join(lab.plan.directory, "mosquitto.conf");
  writeFileSync(config, ["user root", "per_listener_settings true", ...listeners, ""].join("\n"));
  await lab.run("internet", "ip link set lo up");
  const server = await serve(lab, "internet", ["/usr/sbin/mosquitto", "-v", "-c", config]);
  await expect.poll(() => server.said()).toContain("listen socket on port 1883");
  const child = lab.spawn("internet", ["mosquitto_sub", "-h", "127.0.0.1", "-t", "#", "-F", "%t %p"]);
  let heard = "";
  child.stdout.on("data", (chunk) => {
    heard += chunk;
  });
  await expect.poll(() => server.said()).toContain("Sending SUBACK");
  return { server, heard: () => heard };
};
