import { FAMILIES, type Family } from "../family.ts";
import { type Address, type KernelState, type Link, PROTOCOL } from "../kernel/kernel.ts";
import type { OwnAddress, UplinkSettings } from "../settings.ts";
import type { UplinkState } from "../state.ts";

/** Whether we configure the interface ourselves, in some family. Never throws. */
export const isOurDuty = ({ families }: UplinkSettings): boolean =>
  FAMILIES.some((family) => families[family].method === "static" || families[family].method === "dhcp");

/** The addresses that the uplinks' interfaces should have from us; none for an interface that is missing. Never throws. */
export const wantedAddresses = (uplinks: readonly UplinkState[], kernel: KernelState): readonly Address[] =>
  uplinks.flatMap((uplink) =>
    FAMILIES.flatMap((family) => {
      const link = linkOf(uplink, kernel);
      const own = uplink.settings.families[family].address ?? leasedAddress(uplink, family);
      if (link === undefined || own === null) return [];
      return [{ family, link: link.index, peer: null, global: true, protocol: PROTOCOL, ...own }];
    }),
  );

/** The interfaces that we configure and that are switched off. Never throws. */
export const linksToSwitchOn = (uplinks: readonly UplinkState[], kernel: KernelState): readonly Link[] =>
  uplinks.flatMap((uplink) => {
    const link = linkOf(uplink, kernel);
    return link !== undefined && !link.adminUp && isOurDuty(uplink.settings) ? [link] : [];
  });

const leasedAddress = ({ clients }: UplinkState, family: Family): OwnAddress | null => {
  const lease = clients[family]?.lease ?? null;
  return lease === null ? null : { address: lease.address, prefixLength: lease.prefixLength };
};

const linkOf = ({ settings }: UplinkState, kernel: KernelState): Link | undefined =>
  kernel.links.find(({ name }) => name === settings.interface);

/** Whether two are one address of one interface, whoever put it there. Never throws. */
export const sameAddress = (a: Address, b: Address): boolean => isAlike(a, b) && a.prefixLength === b.prefixLength;

/** As `sameAddress`, but the networks around them may differ. Never throws. */
export const isAlike = (a: Address, b: Address): boolean =>
  a.family === b.family && a.link === b.link && a.address === b.address;
