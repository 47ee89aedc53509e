import type { SendProbe } from "../../core/command.ts";
import type { ProbeOutcome } from "../../core/event.ts";
import { AppError } from "../../error.ts";
import { openUplinkProber, type UplinkProber } from "./uplink-prober.ts";

/** The probers of all uplinks, opened as they are needed. */
export interface ProberPool {
  /** Sends a probe; null, or why it could not even be tried. Never throws. */
  send(probe: SendProbe): string | null;
  /** Closes the probers of uplinks that are not named. Never throws. */
  keepOnly(uplinks: readonly string[]): void;
  /** Closes all. */
  close(): void;
}

export interface ProberPoolOptions {
  readonly onReplied: (outcome: ProbeOutcome & { rttMs: number }) => void;
  /** A captive portal answered. */
  readonly onIntercepted: (outcome: ProbeOutcome & { rttMs: number; by: string }) => void;
  readonly onRefused: (outcome: ProbeOutcome & { error: string }) => void;
}

interface Entry {
  readonly uplink: string;
  /** What the socket is bound to: another of these needs another socket. */
  readonly binding: string;
  readonly prober: UplinkProber;
}

/** A pool with no prober yet. */
export const openProberPool = ({ onReplied, onIntercepted, onRefused }: ProberPoolOptions): ProberPool => {
  const entries = new Map<string, Entry>();

  const open = (probe: SendProbe, key: string, binding: string): Entry => {
    const { uplink, family } = probe;
    const prober = openUplinkProber({
      interface: probe.interface,
      mark: probe.mark,
      family,
      onReplied: (reply) => onReplied({ uplink, family, ...reply }),
      onIntercepted: (answer) => onIntercepted({ uplink, family, ...answer }),
      onRefused: (refusal) => onRefused({ uplink, family, ...refusal }),
    });
    const entry = { uplink, binding, prober };
    entries.set(key, entry);
    return entry;
  };

  const entryFor = (probe: SendProbe): Entry => {
    const key = `${probe.uplink} ${probe.family}`;
    const binding = `${probe.interface} ${probe.link} ${probe.mark}`;
    const present = entries.get(key);
    if (present?.binding === binding) return present;
    present?.prober.close();
    entries.delete(key);
    return open(probe, key, binding);
  };

  const send = (probe: SendProbe): string | null => {
    try {
      entryFor(probe).prober.send(probe);
      return null;
    } catch (error) {
      if (error instanceof AppError) return error.detail;
      throw error;
    }
  };

  const closeWhere = (isOver: (entry: Entry) => boolean): void => {
    for (const [key, entry] of entries) {
      if (!isOver(entry)) continue;
      entry.prober.close();
      entries.delete(key);
    }
  };

  return {
    send,
    keepOnly: (uplinks) => closeWhere((entry) => !uplinks.includes(entry.uplink)),
    close: () => closeWhere(() => true),
  };
};
