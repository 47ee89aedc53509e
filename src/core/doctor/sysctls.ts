const OF_THE_MACHINE: readonly string[] = [
  "net/ipv4/ip_forward",
  "net/ipv6/conf/all/forwarding",
  "net/ipv6/conf/all/disable_ipv6",
  "net/ipv4/conf/all/rp_filter",
  "net/netfilter/nf_conntrack_count",
  "net/netfilter/nf_conntrack_max",
  "net/netfilter/nf_conntrack_tcp_loose",
  "net/ipv4/fib_multipath_hash_policy",
  "net/ipv6/fib_multipath_hash_policy",
  "net/ipv4/fib_multipath_hash_fields",
  "net/ipv6/fib_multipath_hash_fields",
];

const OF_AN_INTERFACE: readonly string[] = [
  "ipv4/conf/*/forwarding",
  "ipv4/conf/*/rp_filter",
  "ipv4/conf/*/src_valid_mark",
  "ipv4/conf/*/ignore_routes_with_linkdown",
  "ipv4/conf/*/promote_secondaries",
  "ipv6/conf/*/forwarding",
  "ipv6/conf/*/accept_ra",
  "ipv6/conf/*/disable_ipv6",
  "ipv6/conf/*/ignore_routes_with_linkdown",
];

/** The names of the sysctls that are examined, on a machine with these interfaces. Never throws. */
export const examinedSysctls = (interfaces: readonly string[]): readonly string[] => [
  ...OF_THE_MACHINE,
  ...interfaces.flatMap((name) => OF_AN_INTERFACE.map((path) => `net/${path.split("*").join(name)}`)),
];
