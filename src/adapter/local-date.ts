const two = (value: number): string => String(value).padStart(2, "0");

/** Milliseconds since 1970 as a local date and time with its offset: `2026-08-01 14:05:09 +0200`. Never throws. */
export const localDate = (wallMs: number): string => {
  const date = new Date(wallMs);
  const offset = -date.getTimezoneOffset();
  const zone = `${offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`;
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())} ${zone}`;
};
