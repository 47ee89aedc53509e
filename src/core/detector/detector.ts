/** The detector's judgement of one uplink and address family. `disabled` is the policy's word, never the detector's. */
export type Verdict = "unknown" | "up" | "suspect" | "down" | "hold-down";

/** What can happen to a detector. It knows nothing of sockets; times are the `now` of the step. */
export type DetectorEvent =
  /** Its `wakeAt` has come (or an early wake-up, which changes nothing). */
  | { readonly kind: "tick" }
  /** The probe was answered. `rttMs`: from the kernel's time stamps. Unknown and repeated `seq` change nothing. */
  | { readonly kind: "replied"; readonly seq: number; readonly rttMs: number }
  /** The probe could not be sent, or a router returned an ICMP error for it: lost at once. */
  | { readonly kind: "refused"; readonly seq: number }
  /** User packets that left and reply-direction packets that came in since the reading before. */
  | { readonly kind: "traffic"; readonly sent: number; readonly received: number }
  /** Whether the uplink carries user traffic, or stands by (probed less often). */
  | { readonly kind: "role"; readonly carrying: boolean }
  /** Something hints at trouble (gateway unresolved, the other family suspect): probe now. */
  | { readonly kind: "nudge" }
  /** The answer of a heavy target was odd: ask it again soon. */
  | { readonly kind: "ask-again"; readonly target: number }
  /** The path itself is gone (carrier, address, gateway, interface): down at once, `reason` says why. */
  | { readonly kind: "path-lost"; readonly reason: string }
  /** The path is back: probe at once; an uplink that was down still serves its hold-down. */
  | { readonly kind: "path-found" };

/** A probe that the detector wants sent now. */
export interface ProbeRequest {
  /** Unique within this detector, rising from 1. */
  readonly seq: number;
  /** Index into the targets that it was started with. */
  readonly target: number;
}

/** The detector's current opinion, for the policy and the screen. */
export interface Assessment {
  readonly verdict: Verdict;
  /** Silence is proven long enough to keep new flows away (stage 1). True whenever down; in a hold-down while it is silent again. */
  readonly diverted: boolean;
  /** A brown-out: works, but badly. */
  readonly degraded: { readonly loss: boolean; readonly latency: boolean };
  /** When the verdict was reached. */
  readonly since: number;
  /** Why, in one sentence for people: "5 probes to 3 targets unanswered for 3.1 s". */
  readonly reason: string;
  /** hold-down: the earliest time at which it may be up again, else null. */
  readonly holdUntil: number | null;
  /** Down: probability 0..1 that a silence of this length on this line is a real outage, else null. */
  readonly confidence: number | null;
}

/** What is worth keeping over a restart: learned patience and the penalty for repeated failures. */
export interface Learned {
  readonly failoverSpanMs: number;
  readonly divertSpanMs: number;
  readonly penalty: number;
  /** `now` when these were true (monotonic since boot). */
  readonly at: number;
  /** Down or held down at that time. */
  readonly down: boolean;
  readonly longOutages: number;
  readonly regrets: number;
}
