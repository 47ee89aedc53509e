import { applyEdits } from "../adapter/kernel/editor.ts";
import { type CounterReading, openFlows } from "../adapter/kernel/flows.ts";
import { type Asked, askNeighbour, type NeighbourPlace } from "../adapter/kernel/neighbour.ts";
import { NETLINK_NETFILTER, NETLINK_ROUTE, openNetlink } from "../adapter/kernel/netlink.ts";
import { openFirewall } from "../adapter/kernel/nft.ts";
import { readKernel } from "../adapter/kernel/reader.ts";
import { readSysctls, writeSysctl } from "../adapter/kernel/sysctl.ts";
import type { Family } from "../core/family.ts";
import { FIREWALL_TABLE } from "../core/kernel/firewall.ts";
import type { Edit, EditFailure, KernelState } from "../core/kernel/kernel.ts";

/** The kernel's state, to read and to change, through all the adapters that it takes. */
export interface MachineAccess {
  /** Throws AppError. */
  read(sysctlNames: readonly string[]): KernelState;
  /** What was refused; `firewall`: our table as nft lists it now, undefined if it wasn't touched. Throws only InvariantError. */
  edit(edits: readonly Edit[]): { failures: readonly EditFailure[]; firewall: string | null | undefined };
  /** What is to be expected of a neighbour: an answer or none soon, none at all, or that nobody knows. Never throws. */
  askGateway(gateway: NeighbourPlace): Asked;
  /** Rejects with AppError. */
  flush(flows: { family: Family; mark: number; mask: number }): Promise<void>;
  /** Takes our bits out of the marks of all flows. Throws AppError. */
  clearMarks(mask: number): void;
  /** The counters of our table. Throws AppError. */
  counters(): CounterReading;
}

/**
 * Opens the kernel of the network namespace that the process is in. Throws AppError, at once where permission or nft is
 * lacking: neither comes by waiting.
 */
export const openMachineAccess = (): MachineAccess => {
  const netlink = openNetlink({ protocol: NETLINK_ROUTE });
  const firewall = openFirewall();
  const flows = openFlows({ netlink: openNetlink({ protocol: NETLINK_NETFILTER }), table: FIREWALL_TABLE });
  // In this order, since nft has only words for what the kernel says with EPERM.
  flows.readCounters();
  firewall.listTable();
  const tools = { netlink, writeSysctl, loadRuleset: firewall.loadRuleset, deleteTable: firewall.deleteTable };
  return {
    read: (sysctlNames) => readKernel({ netlink, sysctlNames, readSysctls, readFirewall: firewall.listTable }),
    edit: (edits) => {
      const failures = applyEdits(tools, edits);
      return { failures, firewall: edits.some(touchesFirewall) ? listed(firewall.listTable) : undefined };
    },
    askGateway: (gateway) => askNeighbour(netlink, gateway),
    flush: flows.flush,
    clearMarks: (mask) => flows.clearMarks({ mask }),
    counters: flows.readCounters,
  };
};

const touchesFirewall = (edit: Edit): boolean => edit.kind === "load-firewall" || edit.kind === "delete-firewall";

/** Where nft fails, the failure of the edit itself has said so already. */
const listed = (list: () => string | null): string | null => {
  try {
    return list();
  } catch {
    return null;
  }
};
