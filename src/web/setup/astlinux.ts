import type { Path } from "./schema.ts";

/** One field of AstLinux's web forms, and the option that does the same here. */
export interface Equivalent {
  /** As AstLinux labels it. */
  readonly label: string;
  /** Its variable. */
  readonly variable: string;
  /** Where it is set here; null: nowhere, and `says` why. */
  readonly path: Path | null;
  readonly says: string;
}

/** The tab "WAN Failover Configuration", field by field and in its order, then the "External Failover Interface". */
export const ASTLINUX: readonly Equivalent[] = [
  {
    label: "WAN Failover",
    variable: "WAN_FAILOVER_ENABLE",
    path: null,
    says: "The service itself: systemctl enable wan-failover.",
  },
  {
    label: "Target IPv4 Hosts",
    variable: "WAN_FAILOVER_TARGETS",
    path: ["uplinks", 0, "targets"],
    says: "Every uplink has its own; none is tied to one.",
  },
  {
    label: "Test Interval",
    variable: "WAN_FAILOVER_TEST_INTERVAL",
    path: ["uplinks", 0, "detection"],
    says: "classic counts as AstLinux does; the other presets are quicker.",
  },
  {
    label: "Maximum Latency",
    variable: "WAN_FAILOVER_MAX_LATENCY",
    path: ["uplinks", 0, "detection"],
    says: "A number of classic.",
  },
  {
    label: "Failure Threshold",
    variable: "WAN_FAILOVER_THRESHOLD",
    path: ["uplinks", 0, "detection"],
    says: "A number of classic.",
  },
  {
    label: "Primary Delay",
    variable: "WAN_FAILOVER_PRIMARY_DELAY",
    path: ["failover", "holdAfterFailback"],
    says: "No switch of convenience for so long after a failback.",
  },
  {
    label: "Secondary Delay",
    variable: "WAN_FAILOVER_SECONDARY_DELAY",
    path: ["failover", "holdAfterFailover"],
    says: "No failback for so long after a failover.",
  },
  {
    label: "Log Verbosity",
    variable: "WAN_FAILOVER_VERBOSITY",
    path: ["log", "level"],
    says: "3, 6 and 9 are error, info and debug.",
  },
  {
    label: "Notify Email Addresses To",
    variable: "WAN_FAILOVER_NOTIFY",
    path: ["notify", "email"],
    says: "With from and relay, which AstLinux took from its mail settings.",
  },
  {
    label: "Notify Email Address From",
    variable: "WAN_FAILOVER_NOTIFY_FROM",
    path: ["notify", "email"],
    says: "from.",
  },
  {
    label: "Secondary Gateway IPv4",
    variable: "WAN_FAILOVER_SECONDARY_GW",
    path: ["uplinks", 1, "ipv4", "gateway"],
    says: "The second uplink may then do without an interface.",
  },
  {
    label: "Secondary Gateway IPv6",
    variable: "WAN_FAILOVER_SECONDARY_GWIPV6",
    path: ["uplinks", 1, "ipv6", "gateway"],
    says: "Usually learned.",
  },
  {
    label: "External Failover Interface",
    variable: "EXT2IF",
    path: ["uplinks", 1, "interface"],
    says: "The second uplink.",
  },
  {
    label: "Connection Type, IPv4, NetMask, Gateway",
    variable: "EXT2IP EXT2NM EXT2GW",
    path: ["uplinks", 1, "ipv4", "method"],
    says: "dhcp or static, with address and gateway.",
  },
  {
    label: "IPv6, Gateway IPv6",
    variable: "EXT2IPV6 EXT2GWIPV6",
    path: ["uplinks", 1, "ipv6", "method"],
    says: "The same for IPv6.",
  },
  {
    label: "Destination Routes",
    variable: "EXT2ROUTES EXT2ROUTESIPV6",
    path: ["uplinks", 1, "routes"],
    says: "Always over this uplink.",
  },
  {
    label: "Traffic Shaping",
    variable: "EXT2SHAPE EXT2SHAPE_UP EXT2SHAPE_TUNE_CAKE",
    path: ["uplinks", 1, "shape"],
    says: "CAKE, with the link layer.",
  },
  {
    label: "NAT Foreign Network",
    variable: "NAT_FOREIGN_NETWORK",
    path: ["nat", "foreign"],
    says: "Further networks that are masqueraded.",
  },
  {
    label: "wan-failover.script",
    variable: "/mnt/kd/wan-failover.script",
    path: ["scripts", "change"],
    says: "Called as AstLinux calls it.",
  },
  {
    label: "wan-failover-exit.script",
    variable: "/mnt/kd/wan-failover-exit.script",
    path: ["scripts", "allowFailback"],
    says: "Asked as AstLinux asks it.",
  },
];
