import { translate } from "../core/kernel/translation.ts";
import { isPrivate, type Network, overlap } from "../core/network.ts";
import { type Networks, readNetwork, spelt, subnetBeside } from "./address.ts";
import { refuse } from "./refuse.ts";

/** One network of each family at the most. */
const readFamilies = (option: string, texts: readonly string[]): { ipv4: Network | null; ipv6: Network | null } => {
  const networks = texts.map(
    (text) => readNetwork(text) ?? refuse(`${option} takes networks such as 192.168.101.0/24, rather than ${text}`),
  );
  const [[ipv4 = null, ...more4], [ipv6 = null, ...more6]] = [
    networks.filter(({ family }) => family === "ipv4"),
    networks.filter(({ family }) => family === "ipv6"),
  ];
  if (more4.length + more6.length > 0)
    refuse(`${option} takes one network of each family, rather than ${texts.join(" ")}`);
  return { ipv4, ipv6 };
};

/** Unique local, RFC 4193, with room for hosts (RFC 4291 section 2.5.1). */
const isLocal64 = (network: Network): boolean => network.length === 64 && isPrivate(network);

/** `--lan`. Throws AppError: usage. */
export const readLan = (texts: readonly string[]): Networks => {
  const { ipv4, ipv6 } = readFamilies("--lan", texts);
  if (ipv6 !== null && !isLocal64(ipv6)) {
    refuse(`--lan takes a unique local /64 for IPv6, such as fda6:a6:a6:d1::/64, rather than ${spelt(ipv6)}`);
  }
  if (ipv4 === null || ipv4.length < 8) return refuse("--lan needs the LAN's IPv4 network, such as 192.168.101.0/24");
  return { ipv4, ipv6 };
};

const TUNNEL = { ipv4: "10.4.1.0/24", subnet: 0xff } as const;

/** `--tunnel`, or what is usual. Throws AppError: usage. */
export const readTunnel = (texts: readonly string[], lan: Networks): Networks => {
  const given = readFamilies("--tunnel", texts);
  const ipv4 = given.ipv4 ?? readNetwork(TUNNEL.ipv4);
  const ipv6 = lan.ipv6 === null ? null : (given.ipv6 ?? subnetBeside(lan.ipv6, TUNNEL.subnet));
  if (ipv4 === null || ipv4.length > 24)
    return refuse("--tunnel takes an IPv4 network of /24 or wider, such as 10.4.1.0/24");
  if (ipv6 !== null && !isLocal64(ipv6)) {
    refuse(`--tunnel takes a unique local /64 for IPv6, such as fda6:a6:a6:ff::/64, rather than ${spelt(ipv6)}`);
  }
  refuseOverlap(ipv4, lan.ipv4);
  refuseOverlap(ipv6, lan.ipv6);
  return { ipv4, ipv6 };
};

const refuseOverlap = (tunnel: Network | null, lan: Network | null): void => {
  if (tunnel === null || lan === null || !overlap(tunnel, lan)) return;
  refuse(`the tunnel's network ${spelt(tunnel)} overlaps the LAN's ${spelt(lan)}; name another with --tunnel`);
};

/** What stands for the LAN's IPv6 network outside, by `--prefix`. Throws AppError: usage. */
export const readPrefix = (text: string, { ipv6 }: Networks): string => {
  const outer = readNetwork(text);
  if (outer?.family !== "ipv6" || isPrivate(outer)) {
    return refuse(
      `--prefix takes the IPv6 prefix that is routed to the static end, such as 2001:db8:b:100::/56, rather than ${text}`,
    );
  }
  if (ipv6 === null) return refuse("--prefix is for a LAN with IPv6: name its unique local /64 with --lan too");
  const settings = { outer: spelt(outer), inner: spelt(ipv6) };
  const kernel = { links: [], addresses: [] };
  const { pairs, problem } = translate({ settings, delegated: null, interface: "", uplinkInterfaces: [], kernel });
  return pairs[0]?.outer ?? refuse(`--prefix: ${problem}`);
};
