import { assess } from "../detector/detect.ts";
import type { DetectorEvent } from "../detector/detector.ts";
import { FAMILIES, type Family } from "../family.ts";
import type { KernelState } from "../kernel/kernel.ts";
import { samePairs, translate } from "../kernel/translation.ts";
import { nothing, type Observation, tell, withMonitor } from "../observe.ts";
import type { Monitor, State, UplinkState } from "../state.ts";
import { type Device, deviceOf, ownNames } from "./device.ts";
import { findPath, type Path, samePath } from "./path.ts";

/** Finds each uplink's path anew and tells its detector where the path was lost or found. Pure; never throws. */
export const survey = (state: State, now: number): Observation => {
  const { kernel } = state;
  if (kernel === null) return nothing(state);
  const found = state.uplinks.map((uplink) => ({ uplink, device: deviceOf(uplink.settings, kernel) }));
  const uplinkInterfaces = ownNames(found.map(({ device }) => device));
  const uplinks = found.map((one) => surveyUplink({ ...one, kernel, uplinkInterfaces, now }));
  const surveyed = { ...state, uplinks };
  const before = (place: { uplink: UplinkState; family: Family }): Monitor | null =>
    state.uplinks.find((uplink) => uplink.number === place.uplink.number)?.families[place.family] ?? null;
  const told = tell(surveyed, (place) => pathEvent(before(place), place.monitor), now);
  return { ...told, changed: told.changed || pathsDiffer(state, told.state) };
};

interface SurveyUplink {
  readonly uplink: UplinkState;
  /** null where it has none now. */
  readonly device: Device | null;
  readonly kernel: KernelState;
  readonly uplinkInterfaces: readonly string[];
  readonly now: number;
}

const surveyUplink = ({ uplink, device, kernel, uplinkInterfaces, now }: SurveyUplink): UplinkState =>
  FAMILIES.reduce(
    (current, family) => {
      const monitor = current.families[family];
      if (monitor === null) return current;
      const before = monitor.path;
      const search = {
        uplink: current.settings,
        leased: current.clients[family]?.lease?.gateway ?? null,
        device: device?.name ?? null,
        family,
      };
      const path = findPath({ ...search, kernel, uplinkInterfaces, before, now });
      const unflushed = monitor.unflushed || (monitor.path.usable && isOtherWay(monitor.path, path));
      const gateway = sameGateway(before, path) ? monitor.gateway : null;
      const next = hasFoundAddress(before, path) ? mistranslating(current) : current;
      return withMonitor(next, family, { ...monitor, path, gateway, unflushed });
    },
    withPrefixes({ uplink: withDevice(uplink, device), kernel, uplinkInterfaces }),
  );

/** The rules of our table keep to an interface that is gone until another takes its place. */
const withDevice = (uplink: UplinkState, device: Device | null): UplinkState =>
  device === null || (uplink.device?.name === device.name && uplink.device.shared === device.shared)
    ? uplink
    : { ...uplink, device };

/** A prefix that is gone for a moment, as when an interface is made anew, is kept: nothing can cross the uplink then. */
const withPrefixes = (search: Omit<SurveyUplink, "device" | "now">): UplinkState => {
  const { uplink, kernel, uplinkInterfaces } = search;
  const settings = uplink.settings.prefixes;
  const name = uplink.device?.name ?? null;
  const delegated = uplink.clients.ipv6?.delegation?.prefix ?? null;
  const prefixes =
    settings === null || name === null
      ? []
      : translate({ settings, delegated, interface: name, uplinkInterfaces, kernel }).pairs;
  const isGone = settings !== null && prefixes.length === 0;
  if (isGone || samePairs(prefixes, uplink.prefixes)) return uplink;
  return { ...uplink, prefixes, mistranslated: uplink.mistranslated || uplink.prefixes.length > 0 };
};

const sameGateway = (before: Path, after: Path): boolean =>
  before.usable && after.usable && before.link === after.link && before.gateway === after.gateway;

/** Flows can't go on as they were: the path is gone, or leads over another interface. */
const isOtherWay = (before: Path, after: Path): boolean => !after.usable || before.link !== after.link;

const mistranslating = (uplink: UplinkState): UplinkState => ({ ...uplink, mistranslated: true });

/**
 * IPv6 packets leave an uplink without an address of its own all the same, translated to another's, which its ISP drops; and a
 * flow keeps the translation that it began with, for as long as somebody sends.
 */
const hasFoundAddress = (before: Path, after: Path): boolean =>
  after.usable && after.addresses.length > 0 && (before.usable ? before.addresses.length === 0 : before.bereft);

const pathEvent = (before: Monitor | null, after: Monitor): DetectorEvent | null => {
  if (!after.path.usable) {
    const known = before !== null && !before.path.usable && before.path.reason === after.path.reason;
    return known && assess(after.detector).verdict !== "unknown"
      ? null
      : { kind: "path-lost", reason: after.path.reason };
  }
  return before?.path.usable ? null : { kind: "path-found" };
};

const pathsDiffer = (a: State, b: State): boolean =>
  a.uplinks.some((uplink, index) =>
    FAMILIES.some((family) => {
      const [before, after] = [uplink.families[family]?.path, b.uplinks[index]?.families[family]?.path];
      return before !== undefined && after !== undefined && !samePath(before, after);
    }),
  );

/** When a path may change by time alone: what taught us a gateway expires, or a grace ends. Infinity if never. Never throws. */
export const surveyAt = (state: State): number =>
  Math.min(
    Number.POSITIVE_INFINITY,
    ...state.uplinks.flatMap((uplink) => FAMILIES.map((family) => pathDeadline(uplink.families[family]?.path))),
  );

const pathDeadline = (path: Path | undefined): number =>
  path?.usable
    ? Math.min(path.expiresAt + EXPIRY_MARGIN_MS, path.graceUntil ?? Number.POSITIVE_INFINITY)
    : Number.POSITIVE_INFINITY;

/** In the moment of its expiry a route looks as if it stayed: the kernel tells the time left in ticks of 10 ms, and 0 means "for ever". */
const EXPIRY_MARGIN_MS = 50;
