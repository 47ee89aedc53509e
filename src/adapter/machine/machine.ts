import type { MachineFacts } from "../../core/doctor/facts.ts";
import type { Settings } from "../../core/settings.ts";
import { addressOf } from "../../core/target/target.ts";
import { NETLINK_ROUTE, type Netlink, openNetlink } from "../kernel/netlink.ts";
import { areSysctlsReadOnly, readSysctls } from "../kernel/sysctl.ts";
import { LIBNFTABLES } from "../libc/libnftables.ts";
import { readDaemon } from "./daemon.ts";
import { readCapabilities, readModules } from "./features.ts";
import { type FirewallTools, findCommand, readIptables, readNft } from "./firewall.ts";
import { type Attempt, type NetworkFacts, readNetwork } from "./network.ts";
import { readNetworkdSettings, readPrograms } from "./programs.ts";

/** What to read, and where. */
export interface MachineRequest {
  /** null where there is no valid config. */
  readonly settings: Settings | null;
  /** The daemon's runtime directory. */
  readonly runtime: string;
  /** The names of the sysctls to read, on a machine with these interfaces. */
  readonly sysctlNames: (interfaces: readonly string[]) => readonly string[];
  /** Where the firewall's tools are; the usual places by default. */
  readonly tools?: Partial<FirewallTools>;
  /** Where the file system begins that holds other programs' settings; `/` by default. */
  readonly root?: string;
}

const usualTools = (): FirewallTools => ({
  library: LIBNFTABLES,
  path: `${process.env.PATH ?? ""}:/usr/sbin:/sbin:/usr/bin:/bin`,
});

const NO_NETWORK: NetworkFacts = { links: [], addresses: [], routes: [], rules: [] };

/** Tries, and notes a failure as a sentence. */
const openAttempt = (unreadable: string[]): Attempt => {
  const attempt: Attempt = (what, read, otherwise) => {
    try {
      return read();
    } catch (error) {
      unreadable.push(`${what} could not be read: ${error instanceof Error ? error.message : String(error)}`);
      return otherwise;
    }
  };
  return attempt;
};

const closing = <Value>(netlink: Netlink, use: (netlink: Netlink) => Value): Value => {
  try {
    return use(netlink);
  } finally {
    netlink.close();
  }
};

const targetsOf = (settings: Settings | null): readonly string[] => [
  ...new Set(
    settings?.uplinks.flatMap(({ families }) =>
      [...families.ipv4.targets, ...families.ipv6.targets].flatMap((target) => addressOf(target) ?? []),
    ),
  ),
];

const sysctlsOf = ({ settings, sysctlNames }: MachineRequest, { links }: NetworkFacts): Record<string, string> => {
  const interfaces = [
    ...links.map(({ name }) => name),
    ...(settings?.uplinks.flatMap((uplink) => uplink.interface ?? []) ?? []),
  ];
  return readSysctls(sysctlNames([...new Set(interfaces)]));
};

/**
 * Reads from the kernel of this network namespace, from /proc and from the settings of other programs what can be said
 * about this machine. Nothing is written, loaded or sent; what can't be read is missing. Never rejects.
 */
export const readMachine = async (request: MachineRequest): Promise<MachineFacts> => {
  const unreadable: string[] = [];
  const attempt = openAttempt(unreadable);
  const tools = { ...usualTools(), ...request.tools };
  const network = attempt(
    "The network",
    () =>
      closing(openNetlink({ protocol: NETLINK_ROUTE }), (open) =>
        readNetwork(open, targetsOf(request.settings), attempt),
      ),
    NO_NETWORK,
  );
  return {
    settings: request.settings,
    ...network,
    sysctls: attempt("The kernel's settings", () => sysctlsOf(request, network), {}),
    sysctlsReadOnly: areSysctlsReadOnly(),
    capabilities: readCapabilities(),
    modules: readModules(),
    nft: readNft(tools),
    iptables: readIptables(tools),
    programs: readPrograms(),
    dhcpClients: { ipv4: findCommand("udhcpc", tools) !== null, ipv6: findCommand("dhclient", tools) !== null },
    networkdSettings: readNetworkdSettings(request.root ?? "/"),
    daemon: await readDaemon(request.runtime),
    unreadable,
  };
};
