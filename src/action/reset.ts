import { join } from "node:path";
import { forgetState, readState, writeState } from "../adapter/file/state-file.ts";
import { revertResolved } from "../adapter/service/local-resolver.ts";
import { refuseIfServed } from "../api/listen.ts";
import { type Directories, socketPathIn } from "../config/directories.ts";
import { MARK_MASK } from "../core/kernel/mark.ts";
import { describeEdit } from "../core/kernel/plan.ts";
import { resetEdits } from "../core/kernel/reset.ts";
import type { Memory } from "../core/memory.ts";
import { type MachineAccess, openMachineAccess } from "../daemon/machine-access.ts";
import { AppError } from "../error.ts";

/** The state file in the runtime directory. */
export const STATE_FILE = "state.json";

/** What dnsmasq reads, in the runtime directory. */
export const RESOLVERS_FILE = "resolv.conf";

/** A displaced default is restored in one round, its copy deleted in the next. */
const MOST_ROUNDS = 4;

/**
 * Brings the kernel back to how it was before the first start: routes, rules, tables, nft, sysctls, marks of flows.
 * Gives what was undone, in words. Throws AppError where the kernel refuses.
 */
export const resetMachine = (machine: MachineAccess, memory: Memory | null): readonly string[] => {
  const originals = memory?.originalSysctls ?? {};
  const done: string[] = [];
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const edits = resetEdits(machine.read(Object.keys(originals)), originals);
    if (edits.length === 0) break;
    const [failure] = machine.edit(edits).failures;
    if (failure !== undefined) throw new AppError("netlink-failed", failure.message);
    done.push(...edits.map(describeEdit));
  }
  machine.clearMarks(MARK_MASK);
  return done;
};

/** As `resetMachine`, at the end of a run: what else is remembered stays for the next start. Throws AppError. */
export const restoreMachine = (machine: MachineAccess, statePath: string): void => {
  const memory = asMemory(readState(statePath).state);
  resetMachine(machine, memory);
  revertResolved(memory?.resolverLinks ?? []);
  if (memory !== null) writeState(statePath, { ...memory, originalSysctls: {} } satisfies Memory);
};

export interface Reset {
  readonly directories: Directories;
  readonly output: (line: string) => void;
}

/** `wan-failover reset`: 0 once nothing of ours is left. Throws AppError, also where a daemon would put it all back. */
export const runReset = async ({ directories, output }: Reset): Promise<number> => {
  await refuseIfServed(socketPathIn(directories));
  const path = join(directories.runtime, STATE_FILE);
  const memory = asMemory(readState(path).state);
  const done = resetMachine(openMachineAccess(), memory);
  revertResolved(memory?.resolverLinks ?? []);
  forgetState(path);
  forgetState(join(directories.runtime, RESOLVERS_FILE));
  output(done.length === 0 ? "Nothing of ours was there." : `Removed what was ours: ${done.length} changes.`);
  return 0;
};

/** A memory of the version that we write; anything else is forgotten. Never throws. */
export const asMemory = (stored: unknown): Memory | null =>
  typeof stored === "object" && stored !== null && "version" in stored && stored.version === 1
    ? (stored as Memory)
    : null;
