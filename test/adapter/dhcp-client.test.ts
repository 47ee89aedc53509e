import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type DhcpClients, openDhcpClients } from "../../src/adapter/process/dhcp-client.ts";
import type { ClientEvent } from "../../src/core/event.ts";
import { enterNamespace, type Namespace } from "../fake/namespace.ts";
import { until } from "./until.ts";

let space: Namespace;
let directory: string;
let told: ClientEvent[];
let clients: DhcpClients;

const open = (): DhcpClients => openDhcpClients({ directory, onEvent: (event) => told.push(event) });

/** Nobody lends anything here. */
const run = (device: string): void =>
  clients.run({
    ...{ kind: "run-client", uplink: "lte", family: "ipv4" },
    interface: device,
    address: null,
    prefix: false,
  });

const numberOf = (): number => Number(readFileSync(join(directory, "udhcpc-lte.pid"), "utf8"));

const runs = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(directory);
  } catch {
    return false;
  }
};

/** The client's number, once it has written it. */
const started = async (): Promise<number> => {
  let pid = 0;
  await until(() => {
    try {
      pid = numberOf();
    } catch {
      pid = 0;
    }
    return runs(pid);
  });
  return pid;
};

beforeEach(() => {
  space = enterNamespace();
  directory = mkdtempSync(join(tmpdir(), "wan-failover-dhcp-"));
  told = [];
  clients = open();
  space.ip("link", "add", "wan0", "up", "type", "veth", "peer", "name", "far0");
});

afterEach(() => {
  clients.close();
  space.dispose();
  rmSync(directory, { recursive: true, force: true });
});

test("a client that a killed daemon left is ended by the next one, also without its number", async () => {
  run("wan0");
  const pid = await started();
  rmSync(join(directory, "udhcpc-lte.pid"));
  open().endOrphans();
  await until(() => !runs(pid));
  await until(() => told.some(({ kind }) => kind === "client-ended"));
});

test("a client on an interface that its uplink no longer has is ended, and is not heard any more", async () => {
  run("wan0");
  const pid = await started();
  clients.keepOnly(({ interface: device }) => device === "wan0");
  expect(runs(pid)).toBe(true);
  clients.keepOnly(({ interface: device }) => device === "wan1");
  await until(() => !runs(pid));
  expect(told.filter(({ kind }) => kind === "client-ended")).toEqual([]);
});
