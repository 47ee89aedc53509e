import { FAMILIES, type Family } from "../../core/family.ts";
import type { Mistake } from "../mistake/explain.ts";
import { formatPath } from "../mistake/issue.ts";
import { canonicalAddress, familyOf } from "../value/address.ts";
import { isLinkLocal, reaches, split } from "../value/interface-address.ts";
import { type Entry, member, mistake, type Path } from "./written.ts";

/** How an uplink's addresses are written, in one family. */
interface Group {
  readonly path: Path;
  readonly family: Family;
  readonly method: unknown;
  readonly address: unknown;
  readonly gateway: unknown;
}

/** What can't be right about the uplinks' addresses, gateways and methods together. Never throws. */
export const addressingMistakes = (uplinks: readonly unknown[]): Mistake[] => {
  const groups = uplinks.flatMap((uplink, place) =>
    FAMILIES.map((family) => groupAt(member(uplink, family), ["uplinks", place, family], family)),
  );
  const placeless = groups.filter((_, index) => member(uplinks[index >> 1], "interface") === undefined);
  return [...groups.flatMap(groupMistakes), ...placeless.flatMap(placelessMistakes), ...givenTwice(groups)];
};

const groupAt = (written: unknown, path: Path, family: Family): Group => ({
  path,
  family,
  method: member(written, "method") ?? "external",
  address: member(written, "address"),
  gateway: member(written, "gateway"),
});

const EXAMPLE: Readonly<Record<Family, string>> = { ipv4: "203.0.113.2/30", ipv6: "2001:db8::2/64" };

const groupMistakes = (group: Group): Mistake[] => {
  const { path, family, method, address } = group;
  if (method === "static" && address === undefined) {
    return [mistake([...path, "method"], "static lacks an address", `give one: \`address: ${EXAMPLE[family]}\``)];
  }
  if (method !== "static" && address !== undefined) {
    const message = `is only for \`method: static\`, and the method is ${String(method)}`;
    return [mistake([...path, "address"], message, "say `method: static`, or remove the address")];
  }
  return gatewayMistakes(group);
};

/** Of an uplink whose interface is to be found by its gateway. */
const placelessMistakes = ({ path, method, gateway }: Group): Mistake[] => {
  if (method !== "external" && method !== "none") {
    return [mistake([...path, "method"], `${String(method)} needs an interface`, "name it: `interface: eth0`")];
  }
  if (typeof gateway !== "string" || !isLinkLocal(gateway)) return [];
  const message = `${gateway} may be on any interface`;
  return [mistake([...path, "gateway"], message, "name the interface, or give a gateway that isn't link-local")];
};

/** Whether the family is used: not if it is said so, nor if nothing says where it leaves. Never throws. */
export const isUsed = (uplink: unknown, family: Family): boolean =>
  member(member(uplink, family), "method") !== "none" && (hasInterface(uplink) || hasGateway(uplink, family));

/** Whether nothing says where the uplink is. Never throws. */
export const isNowhere = (uplink: unknown): boolean =>
  !hasInterface(uplink) && FAMILIES.every((family) => !hasGateway(uplink, family));

const hasInterface = (uplink: unknown): boolean => member(uplink, "interface") !== undefined;

const hasGateway = (uplink: unknown, family: Family): boolean =>
  member(member(uplink, family), "gateway") !== undefined;

const gatewayMistakes = ({ path, family, address, gateway }: Group): Mistake[] => {
  if (!isAddress(gateway, family) || typeof address !== "string") return [];
  const own = split(address);
  if (familyOf(own.address) !== family || Number.isNaN(own.prefixLength)) return [];
  const place = [...path, "gateway"];
  if (canonicalAddress(gateway) === own.address) {
    return [mistake(place, `${gateway} is the uplink's own address`, "give the address of the provider's router")];
  }
  if (reaches(own, gateway)) return [];
  const remedy = "mend one of them, or the prefix length";
  return [mistake(place, `${gateway} is outside of the network of ${address}`, remedy)];
};

const isAddress = (value: unknown, family: Family): value is string =>
  typeof value === "string" && familyOf(value) === family;

const givenTwice = (groups: readonly Group[]): Mistake[] => {
  const entries = groups.flatMap(({ path, family, address }): Entry[] => {
    const own = typeof address === "string" ? split(address).address : undefined;
    return isAddress(own, family) ? [{ path: [...path, "address"], value: own }] : [];
  });
  return entries.flatMap(({ path, value }, index) => {
    const first = entries.slice(0, index).find((entry) => entry.value === value);
    if (first === undefined) return [];
    const message = `${String(value)} is an address of two uplinks, see ${formatPath(first.path)}`;
    return [mistake(path, message, "give each its own")];
  });
};
