import { now, pause } from "../clock.ts";
import type { Appointment } from "./agenda.ts";
import { LEASE_MS } from "./lender.ts";
import { nothing, type Scene, type Stage, type Trouble } from "./trouble.ts";
import { TROUBLES } from "./troubles.ts";
import type { Notes } from "./truth.ts";

export interface Play {
  readonly stage: Stage;
  readonly notes: Notes;
  /** When it begins and ends (ms). */
  readonly start: number;
  readonly until: number;
  readonly tell: (line: string) => void;
  /** When there was no lease in time (ms from the start). */
  readonly unleased: number[];
}

/** Makes the trouble of a lane, one after the other; gives how many there were. */
export const playLane = async (lane: readonly Appointment[], play: Play): Promise<number> => {
  let count = 0;
  for (const appointment of lane) {
    await pause(Math.max(0, play.start + appointment.from - now()));
    if (now() > play.until) break;
    await keep(appointment, play);
    count += 1;
  }
  return count;
};

/** Makes trouble, and ends it. */
const keep = async ({ lane, choice, to, ...scene }: Appointment, play: Play): Promise<void> => {
  const trouble = TROUBLES[lane][choice] as Trouble;
  const { stage, start } = play;
  const tell = (words: string): void =>
    play.tell(`${seconds(start)}  ${lane === scene.uplink ? `${lane}: ` : ""}${trouble.name}${words}`);
  tell("");
  const over = excuse(trouble, scene, play);
  await trouble.begin(stage, scene);
  if (trouble.excuses === "moment") over();
  await pause(Math.max(0, start + to - now()));
  await trouble.end(stage, scene);
  if (trouble.end !== nothing) tell(" is over");
  const isLeased = lane === stage.lender.uplink && trouble.excuses !== "nothing";
  await (isLeased ? settled(play, over) : over());
};

/** Notes what nobody may expect meanwhile; what it gives ends that. */
const excuse = ({ excuses }: Trouble, { uplink }: Scene, { stage, notes }: Play): (() => void) => {
  if (excuses === "uplink") return notes.kill(uplink);
  if (excuses === "doubtful") return notes.doubt(uplink);
  if (excuses === "lease") return afterwards(notes.doubt(stage.lender.uplink));
  return excuses === "moment" ? notes.disturb() : () => {};
};

/** dhclient tells the end of a lease by the time of day: it ends now, or isn't renewed, and there is another a moment later. */
const afterwards = (over: () => void) => (): void => void pause(LEASE_MS + ANSWER_MS).then(over);

/** From a question for a lease to the uplink's use (ms). */
const ANSWER_MS = 6000;

/** The line works again, but the router has its lease a little later. */
const settled = async ({ stage, notes, start, unleased }: Play, over: () => void): Promise<void> => {
  const leased = notes.doubt(stage.lender.uplink);
  over();
  if (!(await stage.lender.taken())) unleased.push(now() - start);
  leased();
};

const seconds = (start: number): string => `${((now() - start) / 1000).toFixed(1).padStart(7)} s`;
