import { ByteWriter } from "./cursor.ts";

/** `NFNL_SUBSYS_*` (linux/netfilter/nfnetlink.h): the upper octet of a message type. */
export const SUBSYSTEM = { CONNTRACK: 1, NFTABLES: 10 } as const;

/** `NFNLGRP_NFTABLES`: the multicast group of changes to tables, chains, rules and sets. */
export const NFTABLES_GROUP = 7;

/** `struct nfgenmsg`: family, version, resource id. */
export const GENERIC_LENGTH = 4;

/**
 * `NFNETLINK_V0` is 0. From 1 on, conntrack heeds the family when it flushes; before, a flush of one family took the
 * other with it (ctnetlink_del_conntrack in net/netfilter/nf_conntrack_netlink.c).
 */
const VERSION = 1;

/** The header of every netfilter message; `family` is an `NFPROTO_` number, 0 for all. Never throws. */
export const writeGeneric = (family: number): ByteWriter => new ByteWriter().u8(family).u8(VERSION).u16be(0);

/** A message type from its subsystem and the command within. Never throws. */
export const messageType = (subsystem: number, command: number): number => (subsystem << 8) | command;

/** The command within its subsystem, null where the type is of another one. Never throws. */
export const commandOf = (subsystem: number, type: number): number | null =>
  type >>> 8 === subsystem ? type & 0xff : null;
