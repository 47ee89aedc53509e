import { type Edit, type KernelState, PROTOCOL } from "../../core/kernel/kernel.ts";
import { applyEdits } from "../../core/kernel/plan.ts";

/** A kernel whose interfaces and leases are as recorded, and what is ours as another daemon would have made it. */
export interface ModelKernel {
  /** As it is now, null where nothing was recorded so far. Never throws. */
  read(now: number): KernelState | null;
  /** Every edit succeeds. Never throws. */
  edit(edits: readonly Edit[]): void;
  /** What was read at that moment. Never throws. */
  record(kernel: KernelState, now: number): void;
}

/** The kernel as it was found at the start. */
export const openModelKernel = (initial: KernelState | null, startAt: number): ModelKernel => {
  let kernel = initial;
  let recordedAt = startAt;
  let sysctls: Readonly<Record<string, string>> = {};
  return {
    read: (now) => (kernel === null ? null : aged(kernel, now - recordedAt)),
    edit: (edits) => {
      if (kernel === null) return;
      kernel = applyEdits(kernel, edits);
      for (const edit of edits) {
        if (edit.kind === "load-firewall") kernel = { ...kernel, firewall: edit.ruleset };
        if (edit.kind === "set-sysctl") sysctls = { ...sysctls, [edit.name]: edit.value };
      }
    },
    record: (recorded, now) => {
      kernel = withOurs(recorded, kernel ?? recorded, sysctls);
      recordedAt = now;
    },
  };
};

const withOurs = (recorded: KernelState, ours: KernelState, sysctls: KernelState["sysctls"]): KernelState => ({
  ...recorded,
  addresses: [
    ...recorded.addresses.filter(({ protocol }) => protocol !== PROTOCOL),
    ...ours.addresses.filter(({ protocol }) => protocol === PROTOCOL),
  ],
  routes: [
    ...recorded.routes.filter(({ protocol }) => protocol !== PROTOCOL),
    ...ours.routes.filter(({ protocol }) => protocol === PROTOCOL),
  ],
  rules: ours.rules,
  sysctls: { ...recorded.sysctls, ...sysctls },
  firewall: ours.firewall,
});

const aged = (kernel: KernelState, ms: number): KernelState => ({
  ...kernel,
  routes: kernel.routes.map((route) =>
    route.expiresInMs === null ? route : { ...route, expiresInMs: route.expiresInMs - ms },
  ),
});
