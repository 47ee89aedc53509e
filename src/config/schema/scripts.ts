import { absolutePath, duration, group } from "../value/value.ts";

/** `scripts:` */
export const scripts = group(
  {
    change: absolutePath({
      description:
        "Run after each switch, with AstLinux's six arguments and more in `WAN_FAILOVER_…` variables (docs/scripts.md). No such file: nothing is run.",
      examples: ["/mnt/kd/wan-failover.script"],
    }).prefault("/mnt/kd/wan-failover.script"),
    allowFailback: absolutePath({
      description:
        "Asked before traffic goes back by itself. Exit code 0 lets it; with any other one traffic stays and the script is asked again 10 seconds later. No such file: nothing is asked.",
      examples: ["/mnt/kd/wan-failover-exit.script"],
    }).prefault("/mnt/kd/wan-failover-exit.script"),
    timeout: duration({ from: "1s", to: "10m" }, { description: "A script that runs longer is ended." }).prefault(
      "30s",
    ),
  },
  { description: "Your own programs. They run without a shell, and nothing waits for them." },
);
