import type { MachineFacts } from "./facts.ts";

/** error: it can't work so. warning: it works, but not in every case. note: good to know. */
export type Level = "error" | "warning" | "note";

/** Something about this machine that its admin should know. */
export interface Finding {
  readonly level: Level;
  /** In kebab-case; stays the same from version to version. */
  readonly code: string;
  /** What is the case, without a full stop at the end. */
  readonly title: string;
  /** One or two sentences: what follows from it. */
  readonly detail: string;
  /** A command or a line of the config that can be pasted, or a sentence where neither exists. */
  readonly remedy: string;
}

/** Under which heading a check's findings are shown. */
export type Topic = "This program" | "Kernel" | "Uplinks" | "Routes" | "Firewall" | "Other programs";

/** One question that is put to the facts. */
export interface Check {
  readonly topic: Topic;
  /** What is examined, as it stands in a list of what was found well. */
  readonly title: string;
  /** Empty: all is well. null: there is nothing to examine, or no way to tell. Never throws. */
  readonly examine: (facts: MachineFacts) => readonly Finding[] | null;
}

/** A finding without its level. */
export type Said = Omit<Finding, "level">;

/** It can't work so. Never throws. */
export const error = (said: Said): Finding => ({ level: "error", ...said });

/** It works, but not in every case. Never throws. */
export const warning = (said: Said): Finding => ({ level: "warning", ...said });

/** Good to know. Never throws. */
export const note = (said: Said): Finding => ({ level: "note", ...said });

/** A command that sets a sysctl now and one that keeps it after the next start. `name` has `/` between its parts. Never throws. */
export const setSysctl = (...settings: readonly { readonly name: string; readonly value: string }[]): string => {
  const lines = settings.map(({ name, value }) => `${name} = ${value}`);
  const quoted = lines.map((line) => `'${line}'`).join(" ");
  return `printf '%s\\n' ${quoted} >> /etc/sysctl.d/90-wan-failover.conf && sysctl -p /etc/sysctl.d/90-wan-failover.conf`;
};
