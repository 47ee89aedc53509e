import type { Command, RunClient } from "../command.ts";
import { FAMILIES, type Family } from "../family.ts";
import type { KernelState, Link } from "../kernel/kernel.ts";
import type { ClientNews } from "../report.ts";
import type { ReviewPart } from "../review-part.ts";
import type { UplinkSettings } from "../settings.ts";
import type { State, UplinkState } from "../state.ts";
import type { Lease } from "./lease.ts";
import type { Delegation } from "./lease6.ts";

/** The DHCP client of an uplink and family, a child process, and what it brought. */
export interface Client {
  /** The index of the interface that it runs on; null while none runs, or while it is of no use, having no carrier. */
  readonly link: number | null;
  readonly lease: Lease | null;
  /** IPv6: the prefix that it was asked for as well. */
  readonly delegation: Delegation | null;
  /** Why there is no lease, or no newer one, in a sentence; null where all is well. */
  readonly problem: string | null;
  /** It isn't started sooner than this. */
  readonly startAt: number;
  /** It runs since then. */
  readonly startedAt: number;
  /** How often it ended by itself since the last lease. */
  readonly endings: number;
}

/** Whether the DHCPv6 client of an uplink asks for a prefix too: nothing else says which one local hosts appear with. Never throws. */
export const wantsPrefix = ({ prefixes }: UplinkSettings): boolean => prefixes !== null && prefixes.outer === null;

const NEVER = Number.POSITIVE_INFINITY;

/** A server that is there answers within two or three questions: after so long (ms) people are told that none does. */
const PATIENCE_MS = 10_000;

/** A client asks for more time at half of a lease's, and asks every server from seven eighths on (RFC 2131 § 4.4.5); the rest is for the answer. */
const LATE = 0.9;

/** A client without a lease is begun anew when it has run for so long (ms). */
const HANGS_MS = 60_000;

/** A client that doesn't run yet, with what an earlier one left, if it still holds. Never throws. */
export const newClient = ({ lease, delegation }: Pick<Client, "lease" | "delegation">): Client => ({
  link: null,
  lease,
  delegation,
  problem: null,
  startAt: 0,
  startedAt: 0,
  endings: 0,
});

/** Forgets leases whose time is over, and begins a client on each interface that shall have one whenever its carrier comes. Pure; never throws. */
export const tendClients = (state: State, now: number): ReviewPart => {
  const tended = state.uplinks.map((uplink) => tendUplink(state.kernel, uplink, now));
  const unchanged = tended.every(({ uplink }, index) => uplink === state.uplinks[index]);
  return {
    state: unchanged ? state : { ...state, uplinks: tended.map(({ uplink }) => uplink) },
    commands: tended.flatMap(({ commands }) => commands),
    reviewAt: Math.min(NEVER, ...tended.flatMap(({ uplink }) => clientsOf(uplink).map((one) => lookAgainAt(one, now)))),
  };
};

/** The clients that an uplink has. Never throws. */
export const clientsOf = ({ clients }: UplinkState): readonly Client[] =>
  FAMILIES.flatMap((family) => clients[family] ?? []);

interface TendedUplink {
  readonly uplink: UplinkState;
  readonly commands: readonly Command[];
}

const tendUplink = (kernel: KernelState | null, uplink: UplinkState, now: number): TendedUplink =>
  FAMILIES.reduce<TendedUplink>(
    (done, family) => {
      const client = done.uplink.clients[family];
      if (client === null || kernel === null) return done;
      const link = linkFor(done.uplink, { family, kernel });
      const kept = withoutWhatIsOver(isCutOff(client, link) ? { ...client, link: null } : client, now);
      const isDue = kept.link !== link?.index || hangs(client, kept, now);
      const starts = link?.carrier === true && isDue && now >= kept.startAt;
      const after = starts ? { ...kept, link: link.index, startedAt: now } : kept;
      const run = starts ? [runOn(link, { uplink, family, client: kept })] : [];
      return {
        uplink: after === client ? done.uplink : withClient(done.uplink, family, after),
        commands: [...done.commands, ...complaint({ uplink, family }, client, kept), ...run],
      };
    },
    { uplink, commands: [] },
  );

/** Behind a carrier that comes back may be another network, of which a client that goes on would hear at half of its lease. */
const isCutOff = (client: Client, link: Link | null): boolean => link?.carrier === false && client.link !== null;

/**
 * A client that lets its lease run out may wait for a time of day that doesn't come for years, since somebody set the clock
 * back, as dhclient does. If it is only the server that is silent, nothing is lost by asking anew.
 */
const hangs = (before: Client, client: Client, now: number): boolean =>
  lent(before) === null
    ? now >= client.startedAt + HANGS_MS
    : before !== client && now >= client.startedAt + PATIENCE_MS;

/** With another client. Never throws. */
export const withClient = (uplink: UplinkState, family: Family, client: Client): UplinkState => ({
  ...uplink,
  clients: { ...uplink.clients, [family]: client },
});

const complaint = (
  { uplink, family }: { uplink: UplinkState; family: Family },
  before: Client,
  { problem }: Client,
): readonly Command[] =>
  problem === null || problem === before.problem
    ? []
    : [{ kind: "report", report: clientNews({ uplink: uplink.settings.name, family, text: problem }) }];

/** News of a client that the log has, unless said otherwise, at its usual level. Never throws. */
export const clientNews = (
  news: Omit<ClientNews, "kind" | "importance"> & Partial<Pick<ClientNews, "importance">>,
): ClientNews => ({ kind: "client-news", importance: "info", ...news });

/** Where a client could run now. DHCPv6 is asked for from a link-local address, which a new link has after a second or two. */
const linkFor = ({ device }: UplinkState, { family, kernel }: { family: Family; kernel: KernelState }): Link | null => {
  const link = kernel.links.find(({ name }) => name === device?.name);
  if (link === undefined || family === "ipv4") return link ?? null;
  const speaks = kernel.addresses.some((one) => one.link === link.index && one.family === "ipv6" && !one.global);
  return speaks ? link : null;
};

const runOn = (
  link: Link,
  { uplink, family, client }: { uplink: UplinkState; family: Family; client: Client },
): RunClient => ({
  kind: "run-client",
  uplink: uplink.settings.name,
  family,
  interface: link.name,
  address: client.lease?.address ?? null,
  prefix: family === "ipv6" && wantsPrefix(uplink.settings),
});

const withoutWhatIsOver = (client: Client, now: number): Client => {
  const lease = client.lease !== null && client.lease.expiresAt <= now ? null : client.lease;
  const delegation = client.delegation !== null && client.delegation.expiresAt <= now ? null : client.delegation;
  if (lease !== client.lease || delegation !== client.delegation) {
    return { ...client, lease, delegation, problem: EXPIRED };
  }
  return client.problem === null && lateAt(client) <= now
    ? { ...client, problem: lent(client) === null ? UNANSWERED : UNRENEWED }
    : client;
};

/** In the place of a lease that ended. */
export const EXPIRED = "the lease has expired, and the DHCP server gave no other";
/** In the place of a lease, or of a newer one. */
export const UNANSWERED = "no DHCP server answers";
const UNRENEWED = "the DHCP server doesn't renew it";

/** What ends first. */
const lent = ({ lease, delegation }: Client): Lease | Delegation | null =>
  lease !== null && delegation !== null && delegation.expiresAt < lease.expiresAt ? delegation : (lease ?? delegation);

/** When an answer that is still missing is one too late. */
const lateAt = (client: Client): number => {
  const held = lent(client);
  if (held !== null) return held.obtainedAt + (held.expiresAt - held.obtainedAt) * LATE;
  return client.link === null ? NEVER : client.startedAt + PATIENCE_MS;
};

const lookAgainAt = (client: Client, now: number): number => {
  const startAt = client.link === null && client.startAt > now ? client.startAt : NEVER;
  const late = client.problem === null ? lateAt(client) : NEVER;
  const hangsAt = client.link !== null && lent(client) === null ? client.startedAt + HANGS_MS : NEVER;
  return Math.min(
    startAt,
    late,
    hangsAt > now ? hangsAt : NEVER,
    client.lease?.expiresAt ?? NEVER,
    client.delegation?.expiresAt ?? NEVER,
  );
};
