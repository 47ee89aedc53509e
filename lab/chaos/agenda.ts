import { chanceFrom } from "../chance.ts";

/** Trouble that is to come: where in its list, at which uplink, and when (ms from the start). */
export interface Appointment {
  readonly lane: Lane;
  readonly choice: number;
  readonly uplink: string;
  /** 0 ≤ n < 1, for whatever the trouble leaves open. */
  readonly dice: number;
  readonly from: number;
  readonly to: number;
}

export const LANES = ["wan0", "wan1", "router", "machine"] as const;

/** An uplink's own troubles; those of the router's network; those of its disk and clock. */
export type Lane = (typeof LANES)[number];

export interface AgendaOptions {
  readonly seed: number;
  readonly forMs: number;
  /** How many kinds of trouble a lane has. */
  readonly choices: Readonly<Record<Lane, number>>;
}

/** The second uplink rests more often than the first, so that there is mostly somewhere to go. */
const REST_MS: Readonly<Record<Lane, number>> = { wan0: 30_000, wan1: 60_000, router: 30_000, machine: 20_000 };
const LASTS_MS: Readonly<Record<Lane, number>> = { wan0: 20_000, wan1: 15_000, router: 3000, machine: 15_000 };
const UPLINKS = ["wan0", "wan1"] as const;

/** Everything that will happen in each lane, one after the other: the same for the same seed. Pure. */
export const agenda = (options: AgendaOptions): readonly (readonly Appointment[])[] =>
  LANES.map((lane, index) => laneAgenda(lane, { ...options, seed: options.seed + index * 7919 }));

const laneAgenda = (lane: Lane, { seed, forMs, choices }: AgendaOptions): Appointment[] => {
  const { below, fraction, pick } = chanceFrom(seed);
  const found: Appointment[] = [];
  for (let at = below(REST_MS[lane]); at < forMs; ) {
    const to = at + 1000 + below(LASTS_MS[lane]);
    const uplink = UPLINKS.find((name) => name === lane) ?? pick(UPLINKS);
    found.push({ lane, choice: below(choices[lane]), uplink, dice: fraction(), from: at, to });
    at = to + 1000 + below(REST_MS[lane]);
  }
  return found;
};
