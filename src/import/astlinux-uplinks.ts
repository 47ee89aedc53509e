import { DEFAULT_TARGETS } from "../config/defaults.ts";
import { canonicalAddress } from "../config/value/address.ts";
import { judgeDestination } from "../config/value/network.ts";
import { isInterfaceName } from "../config/value/value.ts";
import type { Family } from "../core/family.ts";
import { LINK_LAYERS } from "../core/kernel/shaping.ts";
import {
  addressIn,
  isIpv4Target,
  isNetwork,
  isOwnAddress,
  isYes,
  numberEntry,
  prefixLengthOf,
  wordsOf,
} from "./astlinux-values.ts";
import type { Entry } from "./draft.ts";
import type { Variables } from "./variables.ts";

/** One uplink's options. */
type Draft = readonly Entry[];

/** The uplinks that AstLinux's variables describe, in order of preference. Never throws. */
export const astlinuxUplinks = (variables: Variables): readonly Draft[] => {
  const targets = wordsOf(variables, "WAN_FAILOVER_TARGETS", {
    fits: isIpv4Target,
    reason: "these words are no IPv4 addresses that could answer from the internet",
  });
  const gateway = addressIn(variables, "WAN_FAILOVER_SECONDARY_GW", "ipv4");
  const gatewayIpv6 = addressIn(variables, "WAN_FAILOVER_SECONDARY_GWIPV6", "ipv6");
  const hasGateway = gateway !== null || gatewayIpv6 !== null;
  const link = interfaceIn(variables, "EXT2IF");
  const routed = { name: "secondary", link: link ?? "", targets } as const;
  return [
    primary(variables, targets),
    ...(hasGateway ? [byGateway(variables, { gateway, gatewayIpv6, targets })] : []),
    ...(link === null ? [] : [byInterface(variables, hasGateway ? { ...routed, name: "transport" } : routed)]),
  ];
};

const interfaceIn = (variables: Variables, name: string): string | null => {
  const text = variables.get(name);
  if (text !== "" && !isInterfaceName(text)) variables.leave(name, "can't be an interface");
  return isInterfaceName(text) ? text : null;
};

const primary = (variables: Variables, targets: readonly string[]): Draft => [
  { key: "name", value: "primary" },
  ...primaryLink(variables),
  NAT,
  targetsEntry(variables, targets, { enough: 1, ipv6: true }),
  {
    key: "detection",
    value: { options: classic(variables) },
    comment: "AstLinux's counters; `detection: balanced` in their place finds an outage in 3 s",
  },
];

/** PPPoE's interface is always the same; the daemon needs no part in it. */
const primaryLink = (variables: Variables): Draft => {
  const pppoe = variables.get("PPPOEIF") !== "";
  const link = interfaceIn(variables, "EXTIF");
  if (pppoe || link === "ppp0") {
    const comment = pppoe ? `PPPoE: ${variables.cite("PPPOEIF")}` : variables.cite("EXTIF");
    return [{ key: "interface", value: "ppp0", comment }];
  }
  const comment = link === null ? "EXTIF is nowhere set: put the interface's name in" : variables.cite("EXTIF");
  return [{ key: "interface", value: link ?? "eth0", comment }, ipv4Of(variables, IPV4_PRIMARY)];
};

const NAT: Entry = { key: "nat", value: true, comment: "AstLinux masquerades what leaves by either link" };

interface AddressVariables {
  readonly address: string;
  readonly mask: string;
  readonly gateway: string;
}

const IPV4_PRIMARY: AddressVariables = { address: "EXTIP", mask: "EXTNM", gateway: "EXTGW" };
const IPV4_SECONDARY: AddressVariables = { address: "EXT2IP", mask: "EXT2NM", gateway: "EXT2GW" };

const ipv4Of = (variables: Variables, names: AddressVariables): Entry => {
  const address = addressIn(variables, names.address, "ipv4");
  const own = `${address}/${prefixLengthOf(variables.get(names.mask))}`;
  if (address === null || !isOwnAddress(own, "ipv4")) {
    variables.leave(names.address, `is no interface's address with the net mask in ${names.mask}; DHCP is taken`);
    return dhcp("ipv4", `${variables.cite(names.address)}: DHCP`);
  }
  const gateway = addressIn(variables, names.gateway, "ipv4");
  return family("ipv4", [
    { key: "method", value: "static" },
    {
      key: "address",
      value: own,
      comment: `${variables.cite(names.address)} ${variables.cite(names.mask)}`,
    },
    ...gatewayEntry(gateway, variables.cite(names.gateway)),
  ]);
};

const family = (key: Family, options: Draft, comment?: string): Entry => ({
  key,
  value: { options },
  ...(comment === undefined ? {} : { comment }),
});

const dhcp = (key: Family, comment: string): Entry => family(key, [{ key: "method", value: "dhcp" }], comment);

const gatewayEntry = (gateway: string | null, comment: string): Draft =>
  gateway === null ? [] : [{ key: "gateway", value: canonicalAddress(gateway), comment }];

const classic = (variables: Variables): Draft => [
  { key: "preset", value: "classic" },
  numberEntry(variables, { ...SECONDS, key: "interval", variable: "WAN_FAILOVER_TEST_INTERVAL", otherwise: 20 }),
  numberEntry(variables, {
    key: "maxLatency",
    variable: "WAN_FAILOVER_MAX_LATENCY",
    from: 10,
    to: 60_000,
    otherwise: 1000,
    unit: "ms",
  }),
  numberEntry(variables, {
    key: "threshold",
    variable: "WAN_FAILOVER_THRESHOLD",
    from: 1,
    to: 100,
    otherwise: 3,
    unit: "",
  }),
];

const SECONDS = { from: 1, to: 3600, unit: "s" } as const;

const IPV6_TARGETS = DEFAULT_TARGETS.filter((target) => target.includes(":"));
const IPV4_TARGETS = DEFAULT_TARGETS.filter((target) => !target.includes(":"));

/** `enough`: how many the uplink's detection needs; with fewer ours are taken. */
const targetsEntry = (
  variables: Variables,
  targets: readonly string[],
  { enough, ipv6 }: { readonly enough: number; readonly ipv6: boolean },
): Entry => {
  const taken = targets.length >= enough;
  const ipv4 = (taken ? targets : IPV4_TARGETS).slice(0, TARGETS_MAX);
  return {
    key: "targets",
    value: [...ipv4, ...(ipv6 ? IPV6_TARGETS : [])],
    comment: taken ? variables.cite("WAN_FAILOVER_TARGETS") : `${variables.cite("WAN_FAILOVER_TARGETS")}: too few`,
  };
};

/** So that there is room for IPv6's. */
const TARGETS_MAX = 14;

interface ByGateway {
  readonly gateway: string | null;
  readonly gatewayIpv6: string | null;
  readonly targets: readonly string[];
}

/** AstLinux finds the interface by the gateway, and so do we. */
const byGateway = (variables: Variables, { gateway, gatewayIpv6, targets }: ByGateway): Draft => {
  const one = (key: Family, address: string | null, name: string): Entry =>
    address === null ? unused(key) : family(key, gatewayEntry(address, variables.cite(name)));
  return [
    { key: "name", value: "secondary" },
    one("ipv4", gateway, "WAN_FAILOVER_SECONDARY_GW"),
    one("ipv6", gatewayIpv6, "WAN_FAILOVER_SECONDARY_GWIPV6"),
    NAT,
    targetsEntry(variables, targets, { enough: 2, ipv6: gatewayIpv6 !== null }),
  ];
};

const unused = (key: Family): Entry => family(key, [{ key: "method", value: "none" }]);

interface ByInterface {
  readonly name: "secondary" | "transport";
  readonly link: string;
  readonly targets: readonly string[];
}

const byInterface = (variables: Variables, { name, link, targets }: ByInterface): Draft => {
  const ipv6 = secondaryIpv6(variables);
  return [
    {
      key: "name",
      value: name,
      ...(name === "secondary"
        ? {}
        : { comment: "AstLinux uses it for EXT2ROUTES alone; here it is also the last resort" }),
    },
    { key: "interface", value: link, comment: variables.cite("EXT2IF") },
    ipv4Of(variables, IPV4_SECONDARY),
    ipv6,
    NAT,
    targetsEntry(variables, targets, { enough: 2, ipv6: ipv6 !== NO_IPV6 }),
    ...routes(variables, ipv6 !== NO_IPV6),
    ...shape(variables),
  ];
};

const NO_IPV6 = unused("ipv6");

const secondaryIpv6 = (variables: Variables): Entry => {
  const gateway = gatewayEntry(addressIn(variables, "EXT2GWIPV6", "ipv6"), variables.cite("EXT2GWIPV6"));
  if (isYes(variables, "EXT2DHCPV6_CLIENT_ENABLE")) {
    variables.leave("EXT2IPV6", "DHCPv6 gives the address");
    const method = { key: "method", value: "dhcp", comment: variables.cite("EXT2DHCPV6_CLIENT_ENABLE") };
    return family("ipv6", [method, ...gateway]);
  }
  const text = variables.get("EXT2IPV6");
  if (text === "") return NO_IPV6;
  const [address = "", length = "64"] = text.split("/");
  if (!isOwnAddress(`${address}/${length}`, "ipv6")) {
    variables.leave("EXT2IPV6", "isn't an IPv6 address for an interface");
    return NO_IPV6;
  }
  return family("ipv6", [
    { key: "method", value: "static" },
    { key: "address", value: `${canonicalAddress(address)}/${length}`, comment: variables.cite("EXT2IPV6") },
    ...gateway,
  ]);
};

const ROUTES_MAX = 32;

const routes = (variables: Variables, ipv6: boolean): Draft => {
  const names = ["EXT2ROUTES", ...(ipv6 ? ["EXT2ROUTESIPV6"] : [])];
  if (!ipv6) variables.leave("EXT2ROUTESIPV6", "the failover interface has no IPv6");
  const all = names.flatMap((name) =>
    wordsOf(variables, name, {
      fits: (word) => isNetwork(word, judgeDestination),
      reason: "these are no destinations for one uplink",
    }).slice(0, ROUTES_MAX),
  );
  const set = names.filter((name) => variables.get(name) !== "");
  return all.length === 0 ? [] : [{ key: "routes", value: all, comment: set.map(variables.cite).join(" ") }];
};

const isLinkLayer = (word: string): boolean => LINK_LAYERS.some((layer) => layer === word);

const shape = (variables: Variables): Draft => {
  const rate = variables.get("EXT2SHAPE_UP");
  if (!isYes(variables, "EXT2SHAPE")) {
    for (const name of ["EXT2SHAPE_UP", "EXT2SHAPE_TUNE_CAKE"]) variables.leave(name, 'EXT2SHAPE isn\'t "yes"');
    return [];
  }
  if (!/^[1-9]\d{0,8}$/.test(rate)) {
    variables.leave("EXT2SHAPE", "EXT2SHAPE_UP holds no rate in kbit/s");
    return [];
  }
  const tune = "EXT2SHAPE_TUNE_CAKE";
  const words = wordsOf(variables, tune, {
    fits: (word) => isLinkLayer(word) || word === "ack-filter",
    reason: "these words have no equivalent",
  });
  const layer = words.find((word) => isLinkLayer(word));
  const options: Draft = [
    {
      key: "upload",
      value: `${rate}kbit`,
      comment: `${variables.cite("EXT2SHAPE")} ${variables.cite("EXT2SHAPE_UP")}`,
    },
    ...(layer === undefined ? [] : [{ key: "linkLayer", value: layer, comment: variables.cite(tune) }]),
    ...(words.includes("ack-filter") ? [{ key: "ackFilter", value: true, comment: variables.cite(tune) }] : []),
  ];
  return [{ key: "shape", value: { options } }];
};
