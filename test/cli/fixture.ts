import type { StatusAnswer } from "../../src/api/contract.ts";
import type { FamilyStatus, Status, UplinkFamilyStatus, UplinkStatus } from "../../src/api/text/reading.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const quick = Array.from({ length: 30 }, (_, index) => (index === 6 ? 41 : 12 + (index % 3)));
const slow = Array.from({ length: 30 }, (_, index) => (index === 4 ? null : index === 9 ? 230 : 45 + (index % 5)));

const working: UplinkFamilyStatus = {
  verdict: "up",
  sinceMs: 3 * HOUR + 12 * MINUTE + 4 * SECOND,
  reason: "answers within 12 ms",
  diverted: false,
  degraded: { loss: false, latency: false, portal: false },
  holdLeftMs: 0,
  gateway: "203.0.113.1",
  addresses: ["203.0.113.2"],
  targets: ["192.0.2.1", "192.0.2.2", "192.0.2.3"],
  complaints: [],
  rttMs: 12.4,
  loss: 0,
  recentRttMs: quick,
};

const mobile: UplinkFamilyStatus = {
  ...working,
  sinceMs: HOUR + 2 * MINUTE,
  reason: "answers within 46 ms",
  gateway: "198.51.100.1",
  addresses: ["198.51.100.7"],
  rttMs: 46.2,
  loss: 1 / 30,
  recentRttMs: slow,
};

const failed: UplinkFamilyStatus = {
  ...working,
  verdict: "down",
  sinceMs: 2 * MINUTE + 48 * SECOND,
  reason: "5 probes to 3 targets unanswered for 3.1 s",
  diverted: true,
  loss: 0.4,
  recentRttMs: [...quick.slice(0, 18), ...Array.from({ length: 12 }, () => null)],
};

const fiber: UplinkStatus = {
  name: "fiber",
  interface: "eth0",
  number: 1,
  tier: 1,
  weight: 1,
  metered: false,
  essentialOnly: false,
  usage: null,
  families: { ipv4: working, ipv6: { ...working, gateway: "fe80::1", addresses: ["2001:db8:a::2"] } },
};

const lte: UplinkStatus = {
  name: "lte",
  interface: "wwan0",
  number: 2,
  tier: 2,
  weight: 1,
  metered: true,
  essentialOnly: false,
  usage: { month: "2026-11", bytes: 8.1e9, cap: 1e10, share: 0.81 },
  families: { ipv4: mobile, ipv6: { ...mobile, gateway: null, addresses: ["2001:db8:b::2"] } },
};

const preferred: FamilyStatus = {
  active: ["fiber"],
  carrying: ["fiber"],
  diverted: false,
  sinceMs: 3 * HOUR + 12 * MINUTE + 4 * SECOND,
  reason: "fiber is the best uplink that works",
  holdLeftMs: 0,
  waiting: null,
  drains: [],
};

export const healthy: Status = {
  online: true,
  active: ["fiber"],
  summary: "Traffic takes fiber: fiber is the best uplink that works.",
  families: { ipv4: preferred, ipv6: preferred },
  uplinks: [fiber, lte],
  pin: null,
  test: null,
  problems: [],
};

const suspect: UplinkFamilyStatus = {
  ...working,
  verdict: "suspect",
  sinceMs: 900,
  reason: "3 probes to 2 targets unanswered for 0.9 s",
  diverted: true,
  loss: 0.1,
  recentRttMs: [...quick.slice(0, 27), null, null, null],
};

export const diverted: Status = {
  ...healthy,
  summary: "New connections take lte while fiber is in doubt.",
  families: { ipv4: { ...preferred, carrying: ["lte"], diverted: true }, ipv6: preferred },
  uplinks: [{ ...fiber, families: { ...fiber.families, ipv4: suspect } }, lte],
};

const moved: FamilyStatus = {
  active: ["lte"],
  carrying: ["lte"],
  diverted: false,
  sinceMs: 2 * MINUTE + 48 * SECOND,
  reason: "fiber is down: 5 probes to 3 targets unanswered for 3.1 s",
  holdLeftMs: 7 * MINUTE + 11.2 * SECOND,
  waiting: "fiber works again; held after the last switch",
  drains: [],
};

export const failedOver: Status = {
  ...healthy,
  active: ["lte"],
  summary: "Traffic takes lte: fiber is down: 5 probes to 3 targets unanswered for 3.1 s.",
  families: { ipv4: moved, ipv6: { ...moved, waiting: null } },
  uplinks: [
    {
      ...fiber,
      families: {
        ipv4: {
          ...working,
          sinceMs: 40 * SECOND,
          reason: "answered throughout its hold-down of 30 s, 1 of 31 probes lost",
        },
        ipv6: {
          ...failed,
          verdict: "hold-down",
          sinceMs: 18 * SECOND,
          holdLeftMs: 11.5 * SECOND,
          reason: "answers again after 2.5 min, held down for 30 s",
          gateway: "fe80::1",
        },
      },
    },
    lte,
  ],
};

const gone: UplinkFamilyStatus = {
  ...failed,
  reason: "no carrier on wwan0",
  sinceMs: 5 * SECOND,
  gateway: null,
  addresses: [],
  rttMs: null,
  loss: null,
  recentRttMs: [],
};

export const noneUp: Status = {
  ...healthy,
  online: false,
  summary: "No uplink works; traffic stays on fiber.",
  uplinks: [
    { ...fiber, families: { ipv4: failed, ipv6: failed } },
    { ...lte, families: { ipv4: gone, ipv6: gone } },
  ],
  problems: ["All uplinks fell silent at once in ipv4: the cause may be the targets or this machine."],
};

const absent: UplinkFamilyStatus = { ...gone, reason: "no IPv6 address on eth0", diverted: true };

export const noIpv6: Status = {
  ...healthy,
  families: { ipv4: preferred, ipv6: { ...preferred, active: [], carrying: [], reason: "" } },
  uplinks: [
    { ...fiber, weight: 3, families: { ipv4: working, ipv6: absent } },
    { ...lte, families: { ipv4: mobile, ipv6: null } },
  ],
};

export const testing: Status = {
  ...healthy,
  active: ["lte"],
  summary: "Traffic takes lte: test: lte.",
  families: {
    ipv4: { ...moved, sinceMs: 20 * SECOND, reason: "test: lte", holdLeftMs: 0, waiting: null },
    ipv6: {
      ...preferred,
      drains: [{ uplink: "lte", leftMs: 12 * MINUTE }],
    },
  },
  uplinks: [
    fiber,
    {
      ...lte,
      families: {
        ipv4: { ...mobile, degraded: { loss: false, latency: true, portal: false } },
        ipv6: lte.families.ipv6,
      },
    },
  ],
  test: { uplink: "lte", leftMs: 100 * SECOND },
  pin: "fiber",
};

export const NOW = Date.parse("2025-03-04T18:01:23.000Z");

export const answerOf = (status: Status, messages: StatusAnswer["messages"] = []): StatusAnswer => ({
  version: "0.1.0",
  startedAt: "2025-03-01T14:00:00.000Z",
  runningMs: 76 * HOUR,
  pid: 4711,
  config: "/etc/wan-failover/config.yaml",
  status,
  messages,
});
