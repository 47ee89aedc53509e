import { isIPv4 } from "node:net";
import { isTarget } from "../config/value/address.ts";
import { reaches, split } from "../config/value/interface-address.ts";
import { networkOf } from "../core/network.ts";
import type { Networks } from "./address.ts";
import { type Inbound, readInbound } from "./inbound.ts";
import { readLan, readPrefix, readTunnel } from "./networks.ts";
import { refuse } from "./refuse.ts";

/** The words of `wan-failover wireguard-pair`. */
export interface PairOptions {
  readonly static: string;
  readonly lan: readonly string[];
  readonly box: string;
  readonly tunnel?: readonly string[];
  readonly prefix?: string;
  readonly inbound?: readonly string[];
  readonly uplink: string;
  readonly lte: string;
  readonly lteAddress?: string;
  readonly lteGateway?: string;
  readonly staticInterface: string;
  readonly staticKey?: string;
}

/** A pair of ends, understood. */
export interface PairRequest {
  /** The static end, from outside. */
  readonly endpoint: { readonly address: string; readonly port: number };
  /** 1..99: which of the routers that share the static end. */
  readonly box: number;
  readonly lan: Networks;
  /** IPv6 where the LAN has it. */
  readonly tunnel: Networks;
  /** What stands for the LAN's IPv6 network outside; null: the static end's own address does. */
  readonly prefix: string | null;
  readonly inbound: readonly Inbound[];
  readonly uplink: string;
  readonly lte: string;
  /** null: by DHCP. */
  readonly lteAddress: { readonly address: string; readonly gateway: string } | null;
  readonly staticInterface: string;
  /** The public key of a static end that is there already. */
  readonly staticKey: string | null;
}

/** Understands what is asked. Throws AppError: usage. */
export const readRequest = (options: PairOptions): PairRequest => {
  const lan = readLan(options.lan);
  const endpoint = readEndpoint(options.static);
  const prefix = options.prefix === undefined ? null : readPrefix(options.prefix, lan);
  return {
    endpoint,
    box: readBox(options.box),
    lan,
    tunnel: readTunnel(options.tunnel ?? [], lan),
    prefix,
    inbound: readInbound(options.inbound ?? [], { lan, prefix, port: endpoint.port }),
    ...readInterfaces(options),
    lteAddress: readLteAddress(options),
    staticKey: options.staticKey === undefined ? null : readKey(options.staticKey),
  };
};

const PORT = "51820";

const readEndpoint = (text: string): PairRequest["endpoint"] => {
  const [address = "", port = PORT, ...more] = text.split(":");
  const isRight = more.length === 0 && isIPv4(address) && isTarget(address) && /^\d{1,5}$/.test(port);
  if (isRight && Number(port) >= 1 && Number(port) <= 65_535) return { address, port: Number(port) };
  return refuse(
    `--static takes the public IPv4 address of the static end, with its port if that isn't ${PORT}, such as 192.0.2.10, rather than ${text}`,
  );
};

const BOX_MAX = 99;

const readBox = (text: string): number =>
  /^\d{1,2}$/.test(text) && Number(text) >= 1
    ? Number(text)
    : refuse(
        `--box takes a number from 1 to ${BOX_MAX}, another for each router on one static end, rather than ${text}`,
      );

/** They are written into configs of several languages: none of their signs may mean anything there. */
const INTERFACE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/;

const readInterfaces = ({
  uplink,
  lte,
  staticInterface,
}: PairOptions): Pick<PairRequest, "uplink" | "lte" | "staticInterface"> => {
  for (const name of [uplink, lte, staticInterface]) {
    if (!INTERFACE.test(name))
      refuse(`${name} can't be an interface here: 1 to 15 letters, digits, dots, hyphens and underscores`);
  }
  if (new Set([uplink, lte, "wg0"]).size < 3)
    refuse("--uplink and --lte are two different interfaces, and neither is wg0");
  return { uplink, lte, staticInterface };
};

const readLteAddress = ({ lteAddress, lteGateway }: PairOptions): PairRequest["lteAddress"] => {
  if (lteAddress === undefined && lteGateway === undefined) return null;
  if (lteAddress === undefined || lteGateway === undefined)
    return refuse("--lte-address and --lte-gateway go together");
  const { address, prefixLength } = split(lteAddress);
  const network = networkOf(address, prefixLength);
  if (network?.family !== "ipv4" || !isTarget(address)) {
    return refuse(`--lte-address takes an address such as 192.168.5.5/24, rather than ${lteAddress}`);
  }
  if (!isIPv4(lteGateway) || lteGateway === address || !reaches({ address, prefixLength }, lteGateway)) {
    return refuse(`--lte-gateway takes the modem's address in the network of ${lteAddress}, rather than ${lteGateway}`);
  }
  return { address: lteAddress, gateway: lteGateway };
};

/** 32 octets in base 64, as `wg` writes them. */
const KEY = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

const readKey = (text: string): string =>
  KEY.test(text)
    ? text
    : refuse("--static-key takes the public key of the static end, as `wg show wg0 public-key` prints it there");
