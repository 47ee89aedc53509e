import { addAddress, deleteAddress } from "../../codec/address.ts";
import { switchOn } from "../../codec/link.ts";
import type { Request } from "../../codec/netlink.ts";
import { deleteQdisc } from "../../codec/qdisc.ts";
import { deleteRoute, putRoute } from "../../codec/route.ts";
import { ANY_PACKET, addRule, deleteRule, LOOPBACK, type RuleMessage } from "../../codec/rule.ts";
import type { Edit, EditFailure, Hop, Route, Rule, RuleSelector } from "../../core/kernel/kernel.ts";
import { PORT } from "../../core/target/target.ts";
import { AppError, InvariantError } from "../../error.ts";
import { SystemError } from "../libc/libc.ts";
import { type Netlink, NetlinkError } from "./netlink.ts";
import { readRoutes } from "./reader.ts";

/** What the editor changes the kernel with. */
export interface KernelTools {
  /** Of protocol NETLINK_ROUTE. */
  readonly netlink: Netlink;
  readonly writeSysctl: (name: string, value: string) => void;
  /** Carries out an nft ruleset as one transaction. */
  readonly loadRuleset: (ruleset: string) => void;
  /** Deletes our nft table; no error where there is none. */
  readonly deleteTable: () => void;
}

/** asm-generic/errno-base.h, asm-generic/errno.h. */
const ENOENT = 2;
const ESRCH = 3;
const EEXIST = 17;
const EADDRNOTAVAIL = 99;

/** Carries out a request for which this error means that all is as it should be. */
const requestUnless = (netlink: Netlink, request: Request, expected: number): void => {
  try {
    netlink.request(request);
  } catch (error) {
    if (!(error instanceof NetlinkError && error.errno === expected)) throw error;
  }
};

const toMessage = ({ select, ...rule }: Rule): RuleMessage => ({ ...rule, ...ANY_PACKET, ...toPackets(select) });

const toPackets = (select: RuleSelector): Partial<RuleMessage> => {
  if ("resolver" in select) return { to: select.resolver, input: LOOPBACK, ports: { first: PORT.dns, last: PORT.dns } };
  if ("from" in select || "output" in select) return select;
  const { traffic, ...marked } = select;
  return { ...marked, ...traffic };
};

const isSameHop = (a: Hop, b: Hop | undefined): boolean =>
  b !== undefined && a.gateway === b.gateway && a.link === b.link && a.weight === b.weight;

const isSameRoute = (a: Route, b: Route): boolean =>
  a.destination === b.destination &&
  a.metric === b.metric &&
  a.type === b.type &&
  a.source === b.source &&
  a.hops.length === b.hops.length &&
  a.hops.every((hop, index) => isSameHop(hop, b.hops[index]));

/** Looks before: the kernel takes a metric of 0 for any, and one hop for a multipath route that begins with it. */
const deleteExactly = (netlink: Netlink, route: Route): void => {
  const { family, table, protocol } = route;
  const exists = readRoutes(netlink, { family, table, protocol }).some((present) => isSameRoute(present, route));
  if (exists) requestUnless(netlink, deleteRoute(route), ESRCH);
};

const applyEdit = (tools: KernelTools, edit: Edit): void => {
  switch (edit.kind) {
    case "switch-on":
      tools.netlink.request(switchOn(edit.link));
      break;
    case "put-address":
      tools.netlink.request(addAddress(edit.address));
      break;
    case "delete-address":
      requestUnless(tools.netlink, deleteAddress(edit.address), EADDRNOTAVAIL);
      break;
    case "put-route":
      requestUnless(tools.netlink, putRoute(edit.route), EEXIST);
      break;
    case "delete-route":
      deleteExactly(tools.netlink, edit.route);
      break;
    case "put-rule":
      requestUnless(tools.netlink, addRule(toMessage(edit.rule)), EEXIST);
      break;
    case "delete-rule":
      requestUnless(tools.netlink, deleteRule(toMessage(edit.rule)), ENOENT);
      break;
    case "delete-qdisc":
      requestUnless(tools.netlink, deleteQdisc(edit.qdisc), ENOENT);
      break;
    case "set-sysctl":
      tools.writeSysctl(edit.name, edit.value);
      break;
    case "load-firewall":
      tools.loadRuleset(edit.ruleset);
      break;
    case "delete-firewall":
      tools.deleteTable();
  }
};

const codeOf = (error: AppError): string =>
  error instanceof NetlinkError || error instanceof SystemError ? error.errnoName : error.code;

const tryEdit = (tools: KernelTools, edit: Edit): EditFailure[] => {
  try {
    applyEdit(tools, edit);
    return [];
  } catch (error) {
    if (!(error instanceof AppError) || error instanceof InvariantError) throw error;
    return [{ edit, code: codeOf(error), message: error.detail }];
  }
};

/**
 * Carries out the edits in their order; one that fails doesn't keep the next from being tried. Gives those that failed.
 * Throws only what isn't an AppError, or is an InvariantError.
 */
export const applyEdits = (tools: KernelTools, edits: readonly Edit[]): EditFailure[] =>
  edits.flatMap((edit) => tryEdit(tools, edit));
