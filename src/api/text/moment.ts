const two = (value: number): string => String(value).padStart(2, "0");

/** A time in ms since 1970 as the clock of this machine shows it: `2026-10-20 14:03:05`. */
export const moment = (time: number): string => {
  const date = new Date(time);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
};

/** Two times in ms since 1970, and what that clock is ahead of UTC: at each of them where it is set in between. */
export const spanText = ({ from, until }: { readonly from: number; readonly until: number }): string =>
  zone(from) === zone(until)
    ? `${moment(from)} to ${moment(until)}, ${zone(from)}`
    : `${moment(from)} ${zone(from)} to ${moment(until)} ${zone(until)}`;

/** `UTC+02:00` */
const zone = (time: number): string => {
  const minutes = -new Date(time).getTimezoneOffset();
  if (minutes === 0) return "UTC";
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
};

/** For programs, ISO 8601 in UTC. */
export const iso = (time: number | null): string => (time === null ? "" : new Date(time).toISOString());
