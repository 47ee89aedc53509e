import type { Moment } from "./settings.ts";
import { lastedMs, type Since } from "./since.ts";
import type { UplinkView, View } from "./view.ts";

/** What is known of the uplinks that don't work, by name. */
export type DownUplinks = Readonly<Record<string, DownUplink>>;

/** An uplink that doesn't work. */
export interface DownUplink {
  readonly since: Since;
  /** Whether people know: not yet · by the message of a switch away from it · by a message of its own. */
  readonly told: "no" | "by-switch" | "by-itself";
}

/** What there is to say of one uplink. */
export interface StandbyNews {
  readonly uplink: UplinkView;
  readonly kind: "standby-down" | "standby-up";
  /** For how long it has not worked (ms), or had not; 0 where nobody knows. */
  readonly downMs: number;
}

/** What a look at the uplinks led to. */
interface Watched {
  readonly down: DownUplinks;
  readonly news: readonly StandbyNews[];
  /** When the next of them has been down long enough; Infinity if none. */
  readonly dueAt: number;
}

/**
 * Notes which uplinks don't work, and finds those that should stand by and have not worked for `afterMs` while another
 * one did. Nobody should learn of a dead backup from an outage. Pure; never throws.
 */
export const watchStandbys = (
  before: DownUplinks,
  { view, afterMs, moment }: { readonly view: View; readonly afterMs: number; readonly moment: Moment },
): Watched => {
  const looks = view.uplinks.map((uplink) => look(uplink, { entry: before[uplink.name], view, afterMs, moment }));
  return {
    down: Object.fromEntries(looks.flatMap(({ name, entry }) => (entry === null ? [] : [[name, entry]]))),
    news: looks.flatMap(({ news }) => news ?? []),
    dueAt: Math.min(Number.POSITIVE_INFINITY, ...looks.map(({ dueAt }) => dueAt)),
  };
};

interface Look {
  readonly entry: DownUplink | undefined;
  readonly view: View;
  readonly afterMs: number;
  readonly moment: Moment;
}

interface Seen {
  readonly name: string;
  readonly entry: DownUplink | null;
  readonly news: StandbyNews | null;
  readonly dueAt: number;
}

const look = (uplink: UplinkView, { entry, view, afterMs, moment }: Look): Seen => {
  const nothing = { name: uplink.name, news: null, dueAt: Number.POSITIVE_INFINITY };
  if (uplink.works === null) return { ...nothing, entry: entry ?? null };
  if (uplink.works) {
    const isNews = entry?.told === "by-itself" && view.lead !== uplink.name;
    return {
      ...nothing,
      entry: null,
      news: isNews ? newsOf("standby-up", uplink, lastedMs(entry.since, moment)) : null,
    };
  }
  const down: DownUplink = entry ?? { since: { now: moment.now }, told: "no" };
  if (down.told !== "no" || view.lead === uplink.name || !view.online) return { ...nothing, entry: down };
  const downMs = lastedMs(down.since, moment);
  if (downMs < afterMs) return { ...nothing, entry: down, dueAt: moment.now + afterMs - downMs };
  const news = newsOf("standby-down", uplink, downMs);
  return { ...nothing, entry: { ...down, told: "by-itself" }, news };
};

const newsOf = (kind: StandbyNews["kind"], uplink: UplinkView, downMs: number): StandbyNews => ({
  kind,
  uplink,
  downMs,
});

/** A switch away from an uplink tells that it failed. Pure; never throws. */
export const toldBySwitch = (down: DownUplinks, names: readonly string[]): DownUplinks =>
  Object.fromEntries(
    Object.entries(down).map(([name, one]) => [
      name,
      names.includes(name) && one.told === "no" ? { ...one, told: "by-switch" as const } : one,
    ]),
  );
