import * as z from "zod";
import type { Status } from "../core/status.ts";

/** A span of time in milliseconds, from 0. */
const duration = z.number();

const names = z.array(z.string());

const familyStatus = z.object({
  active: names,
  carrying: names,
  diverted: z.boolean(),
  sinceMs: duration,
  reason: z.string(),
  holdLeftMs: duration,
  waiting: z.string().nullable(),
  refused: z.literal(true).optional(),
  drains: z.array(z.object({ uplink: z.string(), leftMs: duration })),
});

const dhcp = z.object({
  problem: z.string().nullable(),
  lease: z
    .object({
      address: z.string(),
      gateway: z.string().nullable(),
      dns: names,
      server: z.string().nullable(),
      ageMs: duration,
      leftMs: duration,
    })
    .nullable(),
  prefix: z.object({ prefix: z.string(), leftMs: duration }).optional(),
});

const uplinkFamilyStatus = z.object({
  method: z.enum(["external", "static", "dhcp", "none"]).optional(),
  dhcp: dhcp.optional(),
  verdict: z.enum(["unknown", "up", "suspect", "down", "hold-down"]),
  sinceMs: duration,
  reason: z.string(),
  diverted: z.boolean(),
  degraded: z.object({ loss: z.boolean(), latency: z.boolean(), portal: z.boolean() }),
  holdLeftMs: duration,
  gateway: z.string().nullable(),
  addresses: names,
  targets: names,
  complaints: names,
  rttMs: z.number().nullable(),
  loss: z.number().nullable(),
  recentRttMs: z.array(z.number().nullable()),
});

const carried = z.object({ received: z.number(), sent: z.number() });

const uplinkStatus = z.object({
  name: z.string(),
  interface: z.string().nullable(),
  number: z.number(),
  tier: z.number(),
  weight: z.number(),
  metered: z.boolean(),
  essentialOnly: z.boolean(),
  usage: z
    .object({
      month: z.string(),
      bytes: z.number(),
      cap: z.number(),
      share: z.number(),
    })
    .nullable(),
  traffic: z.object({ rate: carried.nullable(), month: carried.nullable() }).optional(),
  families: z.object({ ipv4: uplinkFamilyStatus.nullable(), ipv6: uplinkFamilyStatus.nullable() }),
});

const steered = z.object({ over: z.string().nullable(), refused: z.boolean() }).nullable();

const steering = z.object({
  name: z.string(),
  summary: z.string(),
  families: z.object({ ipv4: steered, ipv6: steered }),
});

/** The core's read model as it arrives over the wire. Keys that a newer daemon adds are left out. */
export const statusSchema: z.ZodType<Status> = z.object({
  online: z.boolean(),
  active: names,
  summary: z.string(),
  families: z.object({ ipv4: familyStatus, ipv6: familyStatus }),
  uplinks: z.array(uplinkStatus),
  pin: z.string().nullable(),
  test: z.object({ uplink: z.string(), leftMs: duration }).nullable(),
  rehearsal: z.object({ uplink: z.string(), ageMs: duration, problems: names }).optional(),
  steering: z.array(steering).optional(),
  problems: names,
});
