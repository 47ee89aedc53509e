import { parseAddress } from "../../codec/ip.ts";
import { addressOf, type Target } from "../../core/target/target.ts";
import { wordsOf } from "../../error.ts";
import { makeSocketAddress } from "../libc/socket-address.ts";
import type { Attempt, OnEnd, Outcome } from "./attempt.ts";
import { probeDns } from "./dns.ts";
import { probePage } from "./page.ts";
import { type Found, openResolver } from "./resolver.ts";
import { probeTcp } from "./tcp.ts";
import type { UplinkBinding } from "./uplink-socket.ts";

/** A target that isn't pinged. */
export type SocketTarget = Exclude<Target, { kind: "icmp" }>;

/** TCP, DNS and HTTP probes through one uplink in one address family. */
export interface TargetProber {
  /** Begins a probe. Its end is told once, at the latest when its time is over. Never throws. */
  send(probe: TargetProbe): void;
  /** Gives all probes up; nothing is heard of them any more. Never throws. */
  close(): void;
}

export interface TargetProbe {
  readonly seq: number;
  readonly target: SocketTarget;
  /** Addresses of DNS servers that know the target's name. */
  readonly resolvers: readonly string[];
}

/** An answer that takes longer than this is of no use to anybody; the sockets that wait for one are bounded by it. */
const TIME_LIMIT_MS = 10_000;

interface Running {
  readonly timer: NodeJS.Timeout;
  /** null while the name is looked up. */
  attempt: Attempt | null;
}

/** A prober without a probe under way; sockets are opened as they are needed. */
export const openTargetProber = (
  binding: UplinkBinding,
  onEnd: (seq: number, outcome: Outcome) => void,
): TargetProber => {
  const resolver = openResolver(binding);
  const running = new Map<number, Running>();

  const finish = (seq: number, outcome: Outcome): void => {
    const one = running.get(seq);
    if (one === undefined) return;
    running.delete(seq);
    clearTimeout(one.timer);
    one.attempt?.cancel();
    onEnd(seq, outcome);
  };

  const fail = (seq: number, error: string): void => finish(seq, { kind: "failed", error });

  const begin = ({ seq, target }: TargetProbe, found: Found): void => {
    const one = running.get(seq);
    if (one === undefined) return;
    try {
      if ("error" in found) fail(seq, found.error);
      else one.attempt = attempt(binding, { target, address: found.address }, (outcome) => finish(seq, outcome));
    } catch (error) {
      fail(seq, wordsOf(error));
    }
  };

  const send = (probe: TargetProbe): void => {
    const { seq, target, resolvers } = probe;
    const timer = setTimeout(() => fail(seq, "no answer in time"), TIME_LIMIT_MS).unref();
    running.set(seq, { timer, attempt: null });
    const address = addressOf(target);
    if (address !== null) begin(probe, { address: parseAddress(address) });
    else if (target.host.kind === "name")
      resolver.find({ name: target.host.name, servers: resolvers }, (found) => begin(probe, found));
  };

  return {
    send,
    close: () => {
      resolver.close();
      for (const { timer, attempt: open } of running.values()) {
        clearTimeout(timer);
        open?.cancel();
      }
      running.clear();
    },
  };
};

const attempt = (
  binding: UplinkBinding,
  { target, address }: { readonly target: SocketTarget; readonly address: Uint8Array },
  onEnd: OnEnd,
): Attempt => {
  const place = makeSocketAddress(address, target.port);
  switch (target.kind) {
    case "tcp":
      return probeTcp(binding, place, onEnd);
    case "dns":
      return probeDns(binding, { server: place, name: target.name }, onEnd);
    case "http":
      return probePage(binding, { address: place, target }, onEnd);
  }
};
