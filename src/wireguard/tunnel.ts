import { hostIn } from "./address.ts";
import type { PairRequest } from "./request.ts";

/** The static end's number in the tunnel's networks; the boxes have those below. */
export const FAR_NUMBER = 100;

/** An address of each family; IPv6 where it is used. */
export interface Hosts {
  readonly ipv4: string;
  readonly ipv6: string | null;
}

/** The addresses of a box, or of the static end, within the tunnel. Never throws. */
export const tunnelHosts = ({ tunnel }: PairRequest, number: number): Hosts => ({
  ipv4: hostIn(tunnel.ipv4, number),
  ipv6: tunnel.ipv6 === null ? null : hostIn(tunnel.ipv6, number),
});

/** `Address =` of wg-quick(8). Never throws. */
export const addressLine = (request: PairRequest, number: number): string => {
  const { ipv4, ipv6 } = tunnelHosts(request, number);
  const own = [`${ipv4}/${request.tunnel.ipv4.length}`, ...(ipv6 === null ? [] : [`${ipv6}/64`])];
  return `Address = ${own.join(", ")}`;
};
