import { canonicalAddress } from "../config/value/address.ts";
import { parseWritten } from "../config/value/network.ts";
import type { Family } from "../core/family.ts";
import { formatNetwork, type Network } from "../core/network.ts";

/** A network of each family; IPv6 where it is used. */
export interface Networks {
  readonly ipv4: Network;
  readonly ipv6: Network | null;
}

const WIDTH: Readonly<Record<Family, number>> = { ipv4: 32, ipv6: 128 };

/** The part of a unique local address that numbers the networks of one /56. */
const SUBNET = { shift: 64n, mask: 0xffn } as const;

const hostBits = ({ family, length }: Network): bigint => (1n << BigInt(WIDTH[family] - length)) - 1n;

/** A network as `192.0.2.0/24`, by its first address; null where the text isn't one. Never throws. */
export const readNetwork = (text: string): Network | null => {
  const network = text.includes("/") ? parseWritten(text) : null;
  return network !== null && (network.value & hostBits(network)) === 0n ? network : null;
};

/** A network in its one spelling. Never throws. */
export const spelt = (network: Network): string => {
  const [address = "", length] = formatNetwork(network).split("/");
  return `${canonicalAddress(address)}/${length}`;
};

/** The address of this number in a network; in IPv6 by the same digits, as people write them: number 100 is `::100`. Never throws. */
export const hostIn = ({ family, value }: Network, number: number): string => {
  const host = { family, value: value + BigInt(family === "ipv6" ? `0x${number}` : number), length: WIDTH[family] };
  return spelt(host).split("/", 1)[0] ?? "";
};

/** The /64 of this number, 0..255, in the /56 around another. Never throws. */
export const subnetBeside = ({ value }: Network, number: number): Network => ({
  family: "ipv6",
  value: (value & ~(SUBNET.mask << SUBNET.shift)) | (BigInt(number) << SUBNET.shift),
  length: 64,
});
