import { FAMILIES, familyName } from "../family.ts";
import type { UplinkState } from "../state.ts";
import type { Client } from "./client.ts";
import type { Lease } from "./lease.ts";

/** The DHCP client of an uplink and family. */
export interface DhcpStatus {
  readonly lease: LeaseStatus | null;
  /** The prefix that was delegated; only where one is asked for. */
  readonly prefix?: { readonly prefix: string; readonly leftMs: number } | undefined;
  /** Why there is no lease, or no newer one; null where all is well. */
  readonly problem: string | null;
}

/** What is told of a client. Never throws. */
export const dhcpStatus = ({ lease, delegation, problem }: Client, now: number): DhcpStatus => ({
  lease: lease === null ? null : leaseStatus(lease, now),
  ...(delegation === null ? {} : { prefix: { prefix: delegation.prefix, leftMs: left(delegation, now) } }),
  problem,
});

const left = ({ expiresAt }: { readonly expiresAt: number }, now: number): number => Math.max(0, expiresAt - now);

/** What a DHCP server lent. */
export interface LeaseStatus {
  readonly address: string;
  readonly gateway: string | null;
  readonly dns: readonly string[];
  readonly server: string | null;
  readonly ageMs: number;
  readonly leftMs: number;
}

const leaseStatus = (lease: Lease, now: number): LeaseStatus => ({
  address: `${lease.address}/${lease.prefixLength}`,
  gateway: lease.gateway,
  dns: lease.dns,
  server: lease.server,
  ageMs: now - lease.obtainedAt,
  leftMs: left(lease, now),
});

/** Why there are no leases, or no newer ones, a sentence each. Never throws. */
export const clientProblems = ({ settings, clients }: UplinkState): readonly string[] =>
  FAMILIES.flatMap((family) => {
    const client = clients[family];
    if (client?.problem == null) return [];
    const newer = client.lease === null && client.delegation === null ? "" : "newer ";
    return [`${settings.name} has no ${newer}${familyName(family)} lease: ${client.problem}.`];
  });
