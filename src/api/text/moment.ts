const two = (value: number): string => String(value).padStart(2, "0");

/** A time in ms since 1970 as the clock of this machine shows it: `2026-10-20 14:03:05`. */
export const moment = (time: number): string => {
  const date = new Date(time);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
};

/** What that clock is ahead of UTC: `UTC+02:00`. */
export const zone = (time: number): string => {
  const minutes = -new Date(time).getTimezoneOffset();
  if (minutes === 0) return "UTC";
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
};

/** For programs, ISO 8601 in UTC. */
export const iso = (time: number | null): string => (time === null ? "" : new Date(time).toISOString());
