import { wantsPrefix } from "../client/client.ts";
import { FAMILIES, type Family, familyName } from "../family.ts";
import { deviceOf, isBeside } from "../path/device.ts";
import type { UplinkSettings } from "../settings.ts";
import type { MachineFacts } from "./facts.ts";
import { type Check, error, type Finding, warning } from "./finding.ts";
import { linkOf, type PlacedUplink, uplinksOf } from "./topology.ts";

/** Whether uplinks come by their interface and their addresses as the config says. */
export const ADDRESSING_CHECKS: readonly Check[] = [
  { topic: "Uplinks", title: "gateways without an interface are near", examine: (facts) => lonelyGateways(facts) },
  { topic: "Uplinks", title: "DHCP clients are installed", examine: (facts) => clients(facts) },
  { topic: "Uplinks", title: "DHCP leases", examine: (facts) => leases(facts) },
];

const lonelyGateways = (facts: MachineFacts): readonly Finding[] | null => {
  const uplinks = (facts.settings?.uplinks ?? []).filter((uplink) => uplink.interface === null);
  if (uplinks.length === 0) return null;
  return uplinks.flatMap((uplink) =>
    FAMILIES.flatMap((family) => {
      const { gateway } = uplink.families[family];
      return gateway === null || isNear(facts, uplink, gateway) ? [] : [nowhere(uplink, family, gateway)];
    }),
  );
};

const isNear = (facts: MachineFacts, uplink: UplinkSettings, gateway: string): boolean => {
  const device = deviceOf(uplink, facts);
  const link = facts.links.find(({ name }) => name === device?.name);
  return link !== undefined && isBeside(gateway, link, facts);
};

const nowhere = ({ name }: UplinkSettings, family: Family, gateway: string): Finding =>
  warning({
    code: "gateway-nowhere",
    title: `The ${familyName(family)} gateway ${gateway} of ${name} is in no network of its interface`,
    detail:
      "An uplink without an interface uses the one whose network holds its gateway. Until there is one it counts as down.",
    remedy: `ip -brief address; then mend the gateway, or name the interface under the uplink ${name}`,
  });

const PROGRAMS: Readonly<Record<Family, { readonly program: string; readonly package: string }>> = {
  ipv4: { program: "udhcpc", package: "udhcpc" },
  ipv6: { program: "dhclient", package: "isc-dhcp-client" },
};

interface Leased {
  readonly uplink: PlacedUplink;
  readonly family: Family;
}

/** null: DHCP isn't used. */
const leased = (facts: MachineFacts): readonly Leased[] | null => {
  const all = uplinksOf(facts).flatMap((uplink) =>
    FAMILIES.flatMap((family) => (uplink.families[family].method === "dhcp" ? [{ uplink, family }] : [])),
  );
  return all.length === 0 ? null : all;
};

const clients = (facts: MachineFacts): readonly Finding[] | null => {
  const families = new Set(leased(facts)?.map(({ family }) => family));
  if (families.size === 0) return null;
  return [...families].filter((family) => !facts.dhcpClients[family]).map(clientMissing);
};

const clientMissing = (family: Family): Finding =>
  error({
    code: "dhcp-client-missing",
    title: `${PROGRAMS[family].program} is not installed`,
    detail: `\`${family}: { method: dhcp }\` runs it; without it there is no lease.`,
    remedy: `apt install ${PROGRAMS[family].package}`,
  });

/** Only a daemon that runs has asked for any. */
const leases = (facts: MachineFacts): readonly Finding[] | null =>
  facts.daemon.running ? (leased(facts)?.flatMap((one) => withoutLease(facts, one)) ?? null) : null;

const withoutLease = (facts: MachineFacts, { uplink, family }: Leased): readonly Finding[] => {
  const link = linkOf(facts, uplink);
  const has = facts.addresses.some((one) => one.link === link?.index && one.family === family && one.global);
  if (link === undefined || !link.carrier || has || !facts.dhcpClients[family]) return [];
  return family === "ipv6" && wantsPrefix(uplink) ? [] : [noLease(uplink, family)];
};

const noLease = ({ name, interface: device }: PlacedUplink, family: Family): Finding =>
  warning({
    code: "no-lease",
    title: `${name} has no ${familyName(family)} lease`,
    detail: `No DHCP server has lent ${device} an address; until one does, the uplink counts as down.`,
    remedy: "wan-failover status says what the DHCP client has met; does the modem lend addresses at all?",
  });
