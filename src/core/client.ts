import type { Command } from "./command.ts";
import type { ClientEvent } from "./event.ts";
import { type Lease, readLease } from "./lease.ts";
import type { Report } from "./report.ts";
import type { State, UplinkState } from "./state.ts";

/** The DHCP client of an uplink, a child process, and what it brought. */
export interface Client {
  /** The index of the interface that it runs on, null while none runs. */
  readonly link: number | null;
  readonly lease: Lease | null;
  /** Why there is no lease, or no newer one, in a sentence; null where all is well. */
  readonly problem: string | null;
  /** It isn't started sooner than this. */
  readonly startAt: number;
  /** How often it ended by itself since the last lease. */
  readonly endings: number;
}

/** A client that ended is started again after a second, then ever more rarely (ms). */
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 60_000;

const NEVER = Number.POSITIVE_INFINITY;

/** A client that doesn't run yet. `lease`: what an earlier one left, if it still holds. Never throws. */
export const newClient = (lease: Lease | null): Client => ({
  link: null,
  lease,
  problem: null,
  startAt: 0,
  endings: 0,
});

/** What the clients led to. */
interface Tended {
  readonly state: State;
  readonly commands: readonly Command[];
  /** When to look again; Infinity if never. */
  readonly reviewAt: number;
}

/** Forgets leases whose time is over, and lets a client run on each interface that shall have one. Pure; never throws. */
export const tendClients = (state: State, now: number): Tended => {
  const tended = state.uplinks.map((uplink) => tend(state, uplink, now));
  const unchanged = tended.every(({ uplink }, index) => uplink === state.uplinks[index]);
  return {
    state: unchanged ? state : { ...state, uplinks: tended.map(({ uplink }) => uplink) },
    commands: tended.flatMap(({ commands }) => commands),
    reviewAt: Math.min(NEVER, ...tended.map(({ uplink }) => lookAgainAt(uplink.client, now))),
  };
};

const tend = ({ kernel }: State, uplink: UplinkState, now: number): { uplink: UplinkState; commands: Command[] } => {
  const { client, device } = uplink;
  if (client === null || device === null || kernel === null) return { uplink, commands: [] };
  const lease = client.lease !== null && client.lease.expiresAt <= now ? null : client.lease;
  const kept = lease === client.lease ? uplink : { ...uplink, client: { ...client, lease, problem: EXPIRED } };
  const link = kernel.links.find(({ name }) => name === device.name);
  if (link === undefined || client.link === link.index || now < client.startAt) return { uplink: kept, commands: [] };
  const { name } = uplink.settings;
  return {
    uplink: { ...kept, client: { ...(kept.client ?? client), link: link.index } },
    commands: [{ kind: "run-client", uplink: name, interface: device.name, address: lease?.address ?? null }],
  };
};

const EXPIRED = "the lease has expired, and the DHCP server gave no other";

const lookAgainAt = (client: Client | null, now: number): number => {
  if (client === null) return NEVER;
  const startAt = client.link === null && client.startAt > now ? client.startAt : NEVER;
  return Math.min(startAt, client.lease?.expiresAt ?? NEVER);
};

/** What a client said, or that it has ended. What is not to be believed changes nothing but the problem. Pure; never throws. */
export const noteClient = (
  state: State,
  event: ClientEvent,
  now: number,
): { readonly state: State; readonly reports: readonly Report[] } => {
  const reports: Report[] = [];
  const uplinks = state.uplinks.map((uplink) => {
    if (uplink.settings.name !== event.uplink || uplink.client === null) return uplink;
    const client = after(uplink.client, event, now);
    reports.push(...newsOf(event.uplink, uplink.client, client));
    return { ...uplink, client };
  });
  return { state: { ...state, uplinks }, reports };
};

const newsOf = (uplink: string, before: Client, { lease, problem }: Client): readonly Report[] => {
  if (problem !== null && problem !== before.problem) {
    return [{ kind: "client-news", uplink, importance: "info", text: problem }];
  }
  if (lease === null || lease === before.lease) return [];
  const isNew = leaseText(lease) !== (before.lease && leaseText(before.lease));
  return [{ kind: "client-news", uplink, importance: isNew ? "info" : "debug", text: leaseText(lease) }];
};

/** A lease in words. Never throws. */
const leaseText = ({ address, prefixLength, gateway, server }: Lease): string =>
  `${address}/${prefixLength}, gateway ${gateway ?? "none"}, from ${server ?? "an unnamed server"}`;

const after = (client: Client, event: ClientEvent, now: number): Client => {
  if (event.kind === "client-ended") return ended(client, event.problem, now);
  switch (event.what) {
    case "bound":
    case "renew": {
      const lease = readLease(event.words, now);
      if (typeof lease === "string") return { ...client, problem: `the DHCP server hands out nonsense: ${lease}` };
      return { ...client, lease, problem: null, endings: 0 };
    }
    case "nak":
      return { ...client, lease: null, problem: "the DHCP server refuses our address" };
    case "leasefail":
      return { ...client, problem: "no DHCP server answers" };
    default:
      return client;
  }
};

const ended = (client: Client, problem: string, now: number): Client => ({
  ...client,
  link: null,
  problem,
  endings: client.endings + 1,
  startAt: now + Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(client.endings, 10)),
});
