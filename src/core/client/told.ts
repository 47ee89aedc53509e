import type { ClientEvent } from "../event.ts";
import type { ClientNews, Report } from "../report.ts";
import type { State } from "../state.ts";
import { type Client, clientNews, EXPIRED, UNANSWERED, withClient } from "./client.ts";
import { type Lease, readLease } from "./lease.ts";
import { type Delegation, isOver, readLent } from "./lease6.ts";

/** A client that ended is started again after a second, then ever more rarely (ms). */
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 60_000;

/** What a client said, or that it has ended. What is not to be believed changes nothing but the problem. Pure; never throws. */
export const noteClient = (
  state: State,
  event: ClientEvent,
  now: number,
): { readonly state: State; readonly reports: readonly Report[] } => {
  const reports: Report[] = [];
  const uplinks = state.uplinks.map((uplink) => {
    const before = uplink.clients[event.family];
    if (uplink.settings.name !== event.uplink || before === null) return uplink;
    const client = after(before, event, now);
    reports.push(...newsOf(event, before, client));
    return withClient(uplink, event.family, client);
  });
  return { state: { ...state, uplinks }, reports };
};

const newsOf = (about: ClientEvent, before: Client, { lease, delegation, problem }: Client): readonly ClientNews[] => {
  const { uplink, family } = about;
  if (problem !== null && problem !== before.problem) return [clientNews({ uplink, family, text: problem })];
  const said = [
    ...(lease === null || lease === before.lease ? [] : [[leaseText(lease), before.lease && leaseText(before.lease)]]),
    ...(delegation === null || delegation === before.delegation
      ? []
      : [[prefixText(delegation), before.delegation && prefixText(before.delegation)]]),
  ];
  return said.map(([text = "", earlier]) =>
    clientNews({ uplink, family, text: text ?? "", importance: text === earlier ? "debug" : "info" }),
  );
};

const prefixText = ({ prefix }: Delegation): string => `the prefix ${prefix}`;

/** A lease in words. Never throws. */
const leaseText = ({ address, prefixLength, gateway, server }: Lease): string =>
  address.includes(":")
    ? address
    : `${address}/${prefixLength}, gateway ${gateway ?? "none"}, from ${server ?? "an unnamed server"}`;

const after = (client: Client, event: ClientEvent, now: number): Client => {
  if (event.kind === "client-ended") return ended(client, event.problem, now);
  switch (event.what) {
    case "bound":
    case "renew": {
      const lease = readLease(event.words, now);
      return typeof lease === "string" ? withNonsense(client, lease) : { ...client, lease, problem: null, endings: 0 };
    }
    case "BOUND6":
    case "RENEW6":
    case "REBIND6":
      return withLent(client, event, now);
    case "EXPIRE6":
    case "STOP6":
      return withoutLent(client, event);
    case "nak":
      return { ...client, lease: null, problem: "the DHCP server refuses our address" };
    case "leasefail":
      return { ...client, problem: UNANSWERED };
    default:
      return client;
  }
};

const withNonsense = (client: Client, clause: string): Client => ({
  ...client,
  problem: `the DHCP server hands out nonsense: ${clause}`,
});

type Told = Extract<ClientEvent, { kind: "client-told" }>;

const withLent = (client: Client, { words }: Told, now: number): Client => {
  const read = readLent(words, now);
  if (typeof read === "string") return withNonsense(client, read);
  const well = { ...client, problem: null, endings: 0 };
  return read.kind === "address" ? { ...well, lease: read.lease } : { ...well, delegation: read.delegation };
};

const withoutLent = (client: Client, { words }: Told): Client => {
  const lease = client.lease !== null && isOver(words, client.lease.address) ? null : client.lease;
  const delegation = client.delegation !== null && isOver(words, client.delegation.prefix) ? null : client.delegation;
  return lease === client.lease && delegation === client.delegation
    ? client
    : { ...client, lease, delegation, problem: EXPIRED };
};

const ended = (client: Client, problem: string, now: number): Client => ({
  ...client,
  link: null,
  problem,
  endings: client.endings + 1,
  startAt: now + Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(client.endings, 10)),
});
