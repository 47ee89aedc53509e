import { PROTOCOL } from "../kernel/kernel.ts";
import type { FeatureModule, MachineFacts, ModuleState } from "./facts.ts";
import { type Check, error, type Finding, note, warning } from "./finding.ts";
import { uplinksUsing } from "./topology.ts";

/** What this program needs to run at all. */
export const PROGRAM_CHECKS: readonly Check[] = [
  { topic: "This program", title: "everything could be read", examine: (facts) => facts.unreadable.map(unreadable) },
  { topic: "This program", title: "permission to change the network", examine: (facts) => permissions(facts) },
  { topic: "This program", title: "nftables", examine: (facts) => nftables(facts) },
  { topic: "This program", title: "the daemon", examine: (facts) => daemon(facts) },
  { topic: "Kernel", title: "connection tracking", examine: (facts) => connectionTracking(facts) },
  { topic: "Kernel", title: "room in the connection table", examine: (facts) => connectionTable(facts) },
  { topic: "Kernel", title: "TCP connections survive a move", examine: (facts) => tcpPickup(facts) },
  { topic: "Kernel", title: "IPv6", examine: (facts) => ipv6(facts) },
];

const unreadable = (sentence: string): Finding =>
  warning({
    code: "not-examined",
    title: "A part of this machine could not be examined",
    detail: sentence,
    remedy: "sudo wan-failover doctor",
  });

const permissions = ({ capabilities, daemon: { running } }: MachineFacts): readonly Finding[] | null => {
  if (capabilities === null) return null;
  const missing = [
    ...(capabilities.netAdmin ? [] : ["CAP_NET_ADMIN"]),
    ...(capabilities.netRaw ? [] : ["CAP_NET_RAW"]),
  ];
  if (missing.length === 0) return [];
  return [
    (running ? note : error)({
      code: "no-permission",
      title: `This process lacks ${missing.join(" and ")}`,
      detail: running
        ? "The daemon runs and has its own rights; but as this user, the firewall can't be examined."
        : "Without them, the firewall can't be examined, and a daemon couldn't change routes or send probes.",
      remedy: "sudo wan-failover doctor",
    }),
  ];
};

const nftables = ({ nft, modules, capabilities }: MachineFacts): readonly Finding[] | null => {
  if (!nft.library && !nft.command) return [NFT_MISSING];
  if (modules.nf_tables === "missing") return [missingModule("nf_tables", "Flows can't be pinned to their uplink.")];
  if (nft.problem !== null) return capabilities?.netAdmin === false ? null : [nftSilent(nft.problem)];
  return nft.library ? [] : [LIBRARY_MISSING];
};

const NFT_MISSING = error({
  code: "nft-missing",
  title: "Neither libnftables nor the nft command is installed",
  detail: "Flows can't be pinned to their uplink, nor masqueraded.",
  remedy: "apt install nftables",
});

const LIBRARY_MISSING = note({
  code: "nft-library-missing",
  title: "libnftables is not installed",
  detail: "The nft command serves instead; a change of our table then takes some 20 ms rather than half a millisecond.",
  remedy: "apt install libnftables1",
});

const nftSilent = (words: string): Finding =>
  warning({
    code: "nft-unreadable",
    title: "The firewall's rules could not be listed",
    detail: `Translation and marks were not examined. nft says: ${words}`,
    remedy: "nft --json list ruleset",
  });

const missingModule = (module: FeatureModule, consequence: string): Finding =>
  error({
    code: module === "nf_tables" ? "no-nf-tables" : "no-conntrack",
    title: `This kernel lacks ${module}`,
    detail: `It is neither built in nor among the modules of the running kernel. ${consequence}`,
    remedy: `modprobe ${module}; if that fails, install a kernel that has it, or start the one whose modules are installed`,
  });

const connectionTracking = ({ modules, sysctls }: MachineFacts): readonly Finding[] | null => {
  const tracked = sysctls["net/netfilter/nf_conntrack_count"] !== undefined;
  const states: Readonly<Record<string, ModuleState>> = {
    nf_conntrack: tracked ? "present" : modules.nf_conntrack,
    nf_conntrack_netlink: modules.nf_conntrack_netlink,
  };
  const missing = (["nf_conntrack", "nf_conntrack_netlink"] as const).filter((name) => states[name] === "missing");
  if (missing.length === 0 && !tracked && modules.nf_conntrack === "unknown") return null;
  return missing.map((module) =>
    missingModule(
      module,
      module === "nf_conntrack"
        ? "Running flows can't be kept on their uplink."
        : "Running flows can't be moved off an uplink that failed.",
    ),
  );
};

/** From here on, a busy hour may fill the table. */
const NEARLY_FULL = 0.8;

const connectionTable = ({ sysctls }: MachineFacts): readonly Finding[] | null => {
  const count = Number(sysctls["net/netfilter/nf_conntrack_count"]);
  const most = Number(sysctls["net/netfilter/nf_conntrack_max"]);
  if (!(count >= 0 && most > 0)) return null;
  if (count < most * NEARLY_FULL) return [];
  return [
    warning({
      code: "conntrack-nearly-full",
      title: `The connection table is ${Math.floor((100 * count) / most)} % full`,
      detail: `${count} of ${most} entries are in use. When it is full the kernel drops new connections, and probes with them.`,
      remedy: `sysctl -w net.netfilter.nf_conntrack_max=${most * 2}`,
    }),
  ];
};

const tcpPickup = ({ sysctls }: MachineFacts): readonly Finding[] | null => {
  const loose = sysctls["net/netfilter/nf_conntrack_tcp_loose"];
  if (loose === undefined) return null;
  if (loose !== "0") return [];
  return [
    warning({
      code: "tcp-pickup-off",
      title: "TCP connections whose entry is gone are not taken up again (nf_conntrack_tcp_loose=0)",
      detail:
        "At a failover the entries of an uplink's flows are deleted, so that they follow. Those that need no address translation would go on, but count as invalid then, which firewalls usually drop.",
      remedy: "sysctl -w net.netfilter.nf_conntrack_tcp_loose=1",
    }),
  ];
};

const ipv6 = (facts: MachineFacts): readonly Finding[] => {
  const disabled = facts.sysctls["net/ipv6/conf/all/disable_ipv6"];
  if (disabled === "0" || uplinksUsing(facts, "ipv6").length === 0) return [];
  const absent = disabled === undefined;
  return [
    note({
      code: absent ? "no-ipv6" : "ipv6-disabled",
      title: absent ? "This kernel has no IPv6" : "IPv6 is switched off on this machine",
      detail: "Only IPv4 is watched and switched.",
      remedy: absent
        ? "Nothing, or start the kernel without `ipv6.disable=1`; `ipv6: { method: none }` under each uplink says that it is meant so"
        : "sysctl -w net.ipv6.conf.all.disable_ipv6=0, or `ipv6: { method: none }` under each uplink",
    }),
  ];
};

const daemon = (facts: MachineFacts): readonly Finding[] => {
  if (facts.daemon.running) return [];
  const left = [...facts.routes, ...facts.rules].some(({ protocol }) => protocol === PROTOCOL);
  if (!left && !facts.daemon.ranBefore) return [NOT_STARTED];
  return [left ? LEFT_BEHIND : STOPPED];
};

const START = "systemctl start wan-failover";

const NOT_STARTED = note({
  code: "daemon-not-running",
  title: "The daemon is not running",
  detail: "It has not run on this machine yet: nothing was changed, and nothing is watched.",
  remedy: START,
});

const STOPPED = note({
  code: "daemon-not-running",
  title: "The daemon is not running",
  detail: "Nobody watches the uplinks. It ran before, and nothing of it is left in the kernel.",
  remedy: START,
});

const LEFT_BEHIND = note({
  code: "daemon-not-running",
  title: "The daemon is not running, but its routes or rules are in place",
  detail: "Traffic goes where it went when the daemon stopped; nobody watches the uplinks.",
  remedy: `${START}, or wan-failover reset to remove what is left`,
});
