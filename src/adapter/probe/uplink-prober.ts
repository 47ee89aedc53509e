import type { SendProbe } from "../../core/command.ts";
import type { Outcome } from "./attempt.ts";
import { openProber, type Prober, type ProberOptions } from "./icmp.ts";
import { openTargetProber, type TargetProber } from "./target-prober.ts";

/** Probes of every kind through one uplink in one address family. */
export interface UplinkProber {
  /** Sends a probe. Throws AppError `interface-missing` or `not-permitted`, SystemError. */
  send(probe: Pick<SendProbe, "seq" | "target" | "resolvers">): void;
  /** Ends it; open probes are never heard of again. */
  close(): void;
}

export interface UplinkProberOptions extends ProberOptions {
  /** A captive portal answered in the target's place. */
  readonly onIntercepted: (answer: { seq: number; rttMs: number; by: string }) => void;
}

/** A prober whose sockets are opened with the first probe that needs them. */
export const openUplinkProber = (options: UplinkProberOptions): UplinkProber => {
  let pinger: Prober | undefined;
  let others: TargetProber | undefined;
  return {
    send: ({ seq, target, resolvers }) => {
      if (target.kind === "icmp") {
        pinger ??= openProber(options);
        pinger.send({ seq, target: target.address });
      } else {
        others ??= openTargetProber(options, (ended, outcome) => tell(options, ended, outcome));
        others.send({ seq, target, resolvers });
      }
    },
    close: () => {
      pinger?.close();
      others?.close();
    },
  };
};

const tell = ({ onReplied, onIntercepted, onRefused }: UplinkProberOptions, seq: number, outcome: Outcome): void => {
  switch (outcome.kind) {
    case "answered":
      onReplied({ seq, rttMs: outcome.rttMs });
      break;
    case "intercepted":
      onIntercepted({ seq, rttMs: outcome.rttMs, by: outcome.by });
      break;
    case "failed":
      onRefused({ seq, error: outcome.error });
  }
};
