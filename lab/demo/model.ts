import type { Status } from "../../src/core/status.ts";
import type { Breakage } from "./breakage.ts";
import type { FlowRecord } from "./flows.ts";
import type { Outage } from "./outage.ts";

/** One of the lab's two lines. */
export interface DemoUplink {
  readonly interface: string;
  /** As the daemon's config calls it; the interface where that doesn't use it. */
  readonly name: string;
  readonly isp: string;
}

/** A line of the story: what was done, and what the daemon said. */
export interface StoryLine {
  /** Wall clock, ms. */
  readonly at: number;
  readonly by: "you" | "daemon";
  readonly level: "info" | "error";
  readonly text: string;
}

/** What was done last; figures count from then. */
export interface Chapter {
  readonly kind: "break" | "mend" | "order";
  readonly title: string;
  /** CLOCK_MONOTONIC and wall clock, ms. */
  readonly since: number;
  readonly at: number;
}

/** The newest fault's effect; frozen when something else is done. */
export interface LastOutage {
  readonly chapter: Chapter;
  readonly outage: Outage;
  /** When it was measured last, CLOCK_MONOTONIC, ms. */
  readonly at: number;
}

/** All that the screen shows. Plain data. */
export interface DemoModel {
  /** CLOCK_MONOTONIC, ms. */
  readonly now: number;
  readonly uplinks: readonly DemoUplink[];
  /** Which uplink the faults' keys work on. */
  readonly chosen: number;
  readonly status: Status;
  readonly broken: readonly Breakage[];
  readonly records: readonly FlowRecord[];
  readonly story: readonly StoryLine[];
  readonly chapter: Chapter | null;
  readonly lastOutage: LastOutage | null;
  /** The page's address. */
  readonly page: string;
  /** What differs from a router's config. */
  readonly setting: string;
  /** How long (ms) running connections still last that aren't where new ones go, by stream; others aren't there. */
  readonly endsInMs: ReadonlyMap<FlowRecord["stream"], number>;
  /** The keys are explained. */
  readonly help: boolean;
}

/** Name of an interface's uplink. */
export const uplinkNameOf = ({ uplinks }: Pick<DemoModel, "uplinks">, device: string | null): string =>
  uplinks.find((uplink) => uplink.interface === device)?.name ?? device ?? "–";
