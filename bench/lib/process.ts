import { readFileSync } from "node:fs";

/** What a process holds and has used. */
export interface ProcessUse {
  /** VmRSS in MiB: every page that is mapped, those shared with other processes too. */
  readonly rssMiB: number;
  /** Proportional set size in MiB: a page that n processes share counts 1/n. */
  readonly pssMiB: number;
  /** Anonymous memory in MiB: heap and stacks, without the pages of files (RssAnon). */
  readonly anonymousMiB: number;
  /** User and system time in milliseconds, in steps of 10. */
  readonly cpuMs: number;
}

const KIB_PER_MIB = 1024;
/** USER_HZ is 100 on every architecture that we run on. */
const MS_PER_TICK = 10;

const kibibytes = (text: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1]) / KIB_PER_MIB;

/** Fields 14 to 17 of proc_pid_stat(5); the name before them may hold anything. */
const ticks = (pid: number | "self"): number[] => {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields.slice(11, 15).map(Number);
};

/** Reads it now. Throws where the process is gone or isn't ours. */
export const useOf = (pid: number): ProcessUse => {
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "latin1");
  const [user = 0, system = 0] = ticks(pid);
  return {
    rssMiB: kibibytes(status, "VmRSS"),
    anonymousMiB: kibibytes(status, "RssAnon"),
    pssMiB: kibibytes(rollup, "Pss"),
    cpuMs: (user + system) * MS_PER_TICK,
  };
};

/** CPU milliseconds of all children that have ended and were waited for. */
export const childrenCpuMs = (): number => {
  const [, , user = 0, system = 0] = ticks("self");
  return (user + system) * MS_PER_TICK;
};
