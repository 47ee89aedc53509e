import * as z from "zod";
import { DEFAULT_TARGETS, UPLINKS_MAX } from "./defaults.ts";
import { detection } from "./detection.ts";
import { target } from "./target.ts";
import { duration, gateway, group, isInterfaceName, scriptPath, server } from "./value.ts";

const METHOD = {
  description:
    "Who configures this family. `external`: somebody else does (DHCP, PPP, router advertisements, the admin) and it is learned from the kernel. `none`: the family is not used on this uplink.",
};

const ipv4 = group(
  {
    method: z.enum(["external", "none"]).meta(METHOD).default("external"),
    gateway: gateway("ipv4", {
      description: "The next hop, where what is learned is wrong or nothing can be learned.",
      examples: ["203.0.113.1"],
    }).optional(),
  },
  { description: "IPv4 on this uplink." },
);

const ipv6 = group(
  {
    method: z.enum(["external", "none"]).meta(METHOD).default("external"),
    gateway: gateway("ipv6", {
      description: "The next hop, where what is learned is wrong or nothing can be learned.",
      examples: ["fe80::1"],
    }).optional(),
    translate: z
      .enum(["none", "masquerade"])
      .meta({
        description:
          "Whether addresses are rewritten. `masquerade`: what leaves here gets this uplink's own address, for networks whose addresses belong to another uplink.",
      })
      .default("none"),
  },
  { description: "IPv6 on this uplink." },
);

export const uplink = group(
  {
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,14}$/, {
        error: "isn't a name: a lower-case letter, then up to 14 letters, digits and hyphens",
      })
      .meta({
        description: "What people call it. A lower-case letter, then up to 14 letters, digits and hyphens; unique.",
        examples: ["fiber", "lte"],
      }),
    interface: z
      .string()
      .refine(isInterfaceName, {
        error: "can't be an interface: 1 to 15 characters, without spaces, slashes and colons",
      })
      .meta({
        description: "The network interface, as `ip link` shows it. Unique; it may come and go.",
        examples: ["eth0", "wwan0"],
      }),
    tier: z
      .int()
      .min(1)
      .max(UPLINKS_MAX)
      .meta({
        description:
          "Preference, 1 is best. Default: its place in the list. Uplinks of one tier share traffic by weight.",
        examples: [1],
      })
      .optional(),
    weight: z.int().min(1).max(256).meta({ description: "Its share of the traffic within a tier." }).default(1),
    metered: z
      .boolean()
      .meta({ description: "Whether traffic costs money here. Then `detection: metered` is the default." })
      .default(false),
    ipv4: ipv4.prefault({}),
    ipv6: ipv6.prefault({}),
    nat: z
      .boolean()
      .meta({ description: "Masquerade IPv4 that leaves here. Leave it off where the firewall does it already." })
      .default(false),
    targets: z
      .array(target)
      .min(1)
      .max(16)
      .meta({
        description:
          "What is probed through this uplink. An address is pinged; [targets.md](targets.md) explains `tcp://HOST:PORT`, `dns://ADDRESS/NAME`, `http://HOST/PATH` and `https://HOST/PATH`. At least two for each family in use (`classic`: one), from several operators: the uplink counts as down only when all are silent.",
      })
      .prefault([...DEFAULT_TARGETS]),
    dns: z
      .array(server())
      .max(8)
      .meta({
        description:
          "Resolvers of this uplink. Through it, they are asked for the addresses of targets that have names. Default: the servers of its `dns://` targets, else well-known ones.",
      })
      .prefault([]),
    detection: detection.optional(),
  },
  { description: "One way out to the internet." },
);

const failover = group(
  {
    holdAfterFailover: duration(
      { from: "0s", to: "7d" },
      { description: "No failback sooner than this after a failover." },
    ).prefault("10m"),
    holdAfterFailback: duration(
      { from: "0s", to: "7d" },
      {
        description:
          "No switch of convenience sooner than this after a failback. An uplink that fails is left at once.",
      },
    ).prefault("1m"),
    failback: z
      .enum(["auto", "manual"])
      .meta({
        description:
          "How traffic comes back. `auto`: by itself, once a better uplink is well. `manual`: on `wan-failover failback`.",
      })
      .default("auto"),
    divert: z
      .boolean()
      .meta({
        description:
          "Move new connections on the first well-founded suspicion. Running ones stay until the failure is certain.",
      })
      .default(true),
    drain: z
      .union([
        z.literal("never").transform(() => null),
        duration({ from: "0s", to: "7d" }, { description: "For so long." }),
      ])
      .meta({
        description:
          "How long running connections may stay after a failback. Then they follow. `0s`: at once. `never`: they end where they began.",
      })
      .prefault("30m"),
    onStop: z
      .enum(["keep", "restore"])
      .meta({
        description:
          "What a stop of the service leaves behind. `keep`: routes and flows as they are, so that an upgrade costs no packet. `restore`: the machine as it was before.",
      })
      .default("keep"),
  },
  { description: "When traffic moves, and when it comes back." },
);

const scripts = group(
  {
    change: scriptPath({
      description:
        "Run after each switch, with AstLinux's six arguments and more in `WAN_FAILOVER_…` variables (docs/scripts.md). No such file: nothing is run.",
      examples: ["/mnt/kd/wan-failover.script"],
    }).prefault("/mnt/kd/wan-failover.script"),
    allowFailback: scriptPath({
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

const log = group(
  {
    level: z.enum(["error", "info", "debug"]).meta({ description: "How much is logged." }).default("info"),
  },
  { description: "The log, on standard error: the journal under systemd." },
);

/** The whole config file. */
export const config = group(
  {
    uplinks: z.array(uplink).min(1).max(UPLINKS_MAX).meta({ description: "Every way out, in order of preference." }),
    failover: failover.prefault({}),
    scripts: scripts.prefault({}),
    log: log.prefault({}),
  },
  { description: "The config of wan-failover, /etc/wan-failover/config.yaml." },
);

/** The config as written, defaults filled in and durations in milliseconds. */
export type ParsedConfig = z.output<typeof config>;

export type ParsedUplink = z.output<typeof uplink>;
