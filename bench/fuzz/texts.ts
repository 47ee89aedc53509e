/** Inputs as people and programs write them, to be spoilt. */

export const HOOK_REPORTS = [
  "what=bound\nip=203.0.113.7\nsubnet=255.255.255.0\nrouter=203.0.113.1\ndns=9.9.9.9 1.1.1.1\nserverid=203.0.113.1\nlease=3600\n\n",
  "what=deconfig\nip=\nsubnet=\nrouter=\ndns=\nserverid=\nlease=\n\nwhat=leasefail\nip=\n\n",
  "what=BOUND6\nnew_ip6_address=2001:db8::7\nnew_ip6_prefix=2001:db8:a::/56\nnew_max_life=7200\nnew_dhcp6_name_servers=2001:db8::53\nold_ip6_address=\nold_ip6_prefix=\n\n",
  "what=EXPIRE6\nnew_ip6_address=\nold_ip6_address=2001:db8::7\nold_ip6_prefix=2001:db8:a::/56\n\n",
];

export const RC_CONF = [
  `## AstLinux\nEXTIF="eth0"\nEXT2IF='eth1'\nWAN_FAILOVER_PRIMARY_DELAY="60"\nWAN_FAILOVER_SECONDARY_DELAY=900\nWAN_FAILOVER_TARGETS="8.8.8.8 9.9.9.9\n1.1.1.1"\n`,
  `EXTIP="203.0.113.2"\nEXTNM=255.255.255.252\nEXTGW="203.0.113.1"\nEXT2IP="\${EXTIP}"\n[ -n "$X" ] && EXT2GW="192.0.2.1"\nif true; then\n  EXT2NM="\\"x\\""\nfi\nWAN_FAILOVER_NOTIFY="ops@example.net"\n`,
];

export const UCI = [
  "config interface 'wan'\n\toption enabled '1'\n\tlist track_ip '1.1.1.1'\n\tlist track_ip \"8.8.8.8\"\n\toption reliability '1'\n\nconfig member 'wan_m1'\n\toption interface 'wan'\n\toption metric '1'\n\toption weight '3'\n",
  "config policy 'balanced'\n\tlist use_member 'wan_m1'\n\tlist use_member 'wanb_m2'\n\nconfig rule 'default_rule'\n\toption dest_ip '0.0.0.0/0'\n\toption use_policy 'balanced'\n",
];

export const API_BODIES = [
  '{"password":"correct horse"}',
  '{"name":"grafana","scope":"read"}',
  '{"uplink":"fiber","for":"2m"}',
  '{"uplink":null}',
  '{"value":{"uplinks":[{"name":"fiber","interface":"eth0"}]},"confirm":"60s","dryRun":true}',
  '{"yaml":"uplinks: [{ name: fiber, interface: eth0 }]"}',
  "{}",
];
