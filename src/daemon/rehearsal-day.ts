import { openKeptFile } from "../adapter/file/kept-file.ts";

/** The day of the last rehearsal, over a reboot too: a router that has rehearsed in this night doesn't do it again. */
export interface RehearsalDay {
  /** Days since 1970, local; null before the first. */
  last(): number | null;
  /** Keeps a day; the disk is written only where it is another one. Never throws. */
  note(day: number | null): void;
}

/** What is kept at a path. `complain` hears why it can't be. */
export const openRehearsalDay = (path: string, complain: (problem: string) => void): RehearsalDay => {
  const file = openKeptFile({ path, what: "The day of the last rehearsal", complain });
  const kept = file.read();
  let last = typeof kept === "number" ? kept : null;
  return {
    last: () => last,
    note: (day) => {
      if (day === null || day === last) return;
      last = day;
      file.write(day);
    },
  };
};
