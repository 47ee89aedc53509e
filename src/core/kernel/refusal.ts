import type { EditFailure } from "./kernel.ts";
import { describeEdit } from "./plan.ts";

/** What the kernel refused, and in which words. */
export interface Refusal {
  readonly what: string;
  readonly message: string;
}

/** A setting that nobody can change here, whoever asks: a container's /proc/sys is mounted read-only. Never throws. */
export const isReadOnly = ({ edit, code }: EditFailure): boolean => edit.kind === "set-sysctl" && code === "EROFS";

/** What was refused, a sentence's parts each; settings that nobody can change share one. Never throws. */
export const refusals = (failures: readonly EditFailure[]): readonly Refusal[] => {
  const fixed = failures.filter(isReadOnly).map(({ edit }) => describeEdit(edit));
  const others = failures.filter((failure) => !isReadOnly(failure));
  return [
    ...others.map(({ edit, message }) => ({ what: describeEdit(edit), message })),
    ...(fixed.length === 0 ? [] : [{ what: fixed.join(", "), message: READ_ONLY }]),
  ];
};

/** A refusal in a sentence, without a full stop. Never throws. */
export const refusalText = ({ what, message }: Refusal): string => `The kernel refused ${what}: ${message}`;

const READ_ONLY =
  "/proc/sys is read-only here, as in a container; `wan-failover doctor` says what follows and what to do";
