import { familyOf } from "../config/value/address.ts";
import type { Family } from "../core/family.ts";
import { covers, networkOf } from "../core/network.ts";
import { type Networks, spelt } from "./address.ts";
import { refuse } from "./refuse.ts";

/** What may come in from the internet: a port of the static end, and who answers it in the LAN. */
export interface Inbound {
  readonly family: Family;
  readonly protocol: "tcp" | "udp";
  /** 1..65535, outside. */
  readonly port: number;
  readonly host: string;
  /** 1..65535, at the host. */
  readonly hostPort: number;
}

const EXAMPLE = "such as tcp/443=192.168.101.10 or udp/5060=192.168.101.10:5061";

const FORM = /^(tcp|udp)\/(\d{1,5})=(?:(?:\[([\da-f:]+)\]|([\d.]+))(?::(\d{1,5}))?|([\da-f:]+))$/i;

/** What it must go with. */
interface Place {
  readonly lan: Networks;
  /** The prefix that stands for the LAN's outside; null where its hosts have no IPv6 address there. */
  readonly prefix: string | null;
  /** The tunnel's own port of UDP. */
  readonly port: number;
}

/** What `--inbound` names. Throws AppError: usage. */
export const readInbound = (texts: readonly string[], place: Place): readonly Inbound[] => {
  const all = texts.map((text) => readOne(text, place.lan));
  for (const one of all) {
    if (one.protocol === "udp" && one.port === place.port)
      refuse(`--inbound: udp/${one.port} is the tunnel's own port`);
    if (all.some((other) => other !== one && isSameDoor(one, other))) {
      refuse(`--inbound: ${one.protocol}/${one.port} can't lead to two hosts`);
    }
    if (one.family === "ipv6" && place.prefix !== null && one.port !== one.hostPort) {
      refuse(
        `--inbound: with --prefix, ${one.host} is reached at an address of its own, so ${one.port} can't become ${one.hostPort}`,
      );
    }
  }
  return all;
};

const isSameDoor = (one: Inbound, other: Inbound): boolean =>
  one.family === other.family && one.protocol === other.protocol && one.port === other.port;

const readOne = (text: string, lan: Networks): Inbound => {
  const [, protocol = "", port = "", bracketed, dotted, hostPort = port, bare = ""] = FORM.exec(text) ?? [];
  const host = bracketed ?? dotted ?? bare;
  const family = familyOf(host);
  if (family === null || !isPort(port) || !isPort(hostPort)) {
    return refuse(`--inbound: give a port and a host of the LAN, ${EXAMPLE}, rather than ${text}`);
  }
  const [network, at] = [lan[family], networkOf(host)];
  if (network === null || at === null || !covers(network, at)) {
    const place = network === null ? "has no IPv6 here" : `is ${spelt(network)}`;
    return refuse(`--inbound: ${host} is not in the LAN, which ${place}`);
  }
  return {
    family,
    protocol: /tcp/i.test(protocol) ? "tcp" : "udp",
    port: Number(port),
    host,
    hostPort: Number(hostPort),
  };
};

const isPort = (text: string): boolean => Number(text) >= 1 && Number(text) <= 65_535;
