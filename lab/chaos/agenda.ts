import { chanceFrom } from "../chance.ts";

/** Trouble that is to come: where in its list, at which uplink, and when (ms from the start). */
export interface Appointment {
  readonly lane: Lane;
  readonly choice: number;
  readonly uplink: string;
  readonly from: number;
  readonly to: number;
}

/** An uplink's own troubles, or the router's. */
export type Lane = "wan0" | "wan1" | "router";

export interface AgendaOptions {
  readonly seed: number;
  readonly forMs: number;
  /** How many kinds of trouble a lane has. */
  readonly choices: Readonly<Record<Lane, number>>;
}

/** The second uplink rests more often than the first, so that there is mostly somewhere to go. */
const REST_MS: Readonly<Record<Lane, number>> = { wan0: 30_000, wan1: 60_000, router: 30_000 };
const LASTS_MS: Readonly<Record<Lane, number>> = { wan0: 20_000, wan1: 15_000, router: 3000 };
const UPLINKS = ["wan0", "wan1"] as const;

/** Everything that will happen, in order of its beginning: the same for the same seed. Pure. */
export const agenda = (options: AgendaOptions): readonly Appointment[] =>
  (["wan0", "wan1", "router"] as const)
    .flatMap((lane, index) => laneAgenda(lane, { ...options, seed: options.seed + index * 7919 }))
    .sort((one, other) => one.from - other.from);

const laneAgenda = (lane: Lane, { seed, forMs, choices }: AgendaOptions): Appointment[] => {
  const { below } = chanceFrom(seed);
  const found: Appointment[] = [];
  for (let at = below(REST_MS[lane]); at < forMs; ) {
    const to = at + 1000 + below(LASTS_MS[lane]);
    const uplink = lane === "router" ? (UPLINKS[below(UPLINKS.length)] ?? "wan0") : lane;
    found.push({ lane, choice: below(choices[lane]), uplink, from: at, to });
    at = to + 1000 + below(REST_MS[lane]);
  }
  return found;
};
