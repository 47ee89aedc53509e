const MS_PER_UNIT = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

type Unit = keyof typeof MS_PER_UNIT;

/** A number and its unit, without a space: `500ms`, `1.5s`, `10m`, `2h`, `30d`. */
export const DURATION_PATTERN = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/;

/** Milliseconds, or null where the text isn't a duration; a number without a unit isn't one. Never throws. */
export const parseDuration = (text: string): number | null => {
  const [, amount, unit] = DURATION_PATTERN.exec(text) ?? [];
  return amount === undefined || unit === undefined ? null : Number(amount) * MS_PER_UNIT[unit as Unit];
};

const COARSE: readonly Unit[] = ["d", "h", "m", "s"];

const inSeconds = (ms: number): string => (ms > 0 && round(ms) < 1000 ? `${round(ms)}ms` : `${round(ms / 1000)}s`);

const round = (value: number): number => (value < 10 ? Math.round(value * 10) / 10 : Math.round(value));

/**
 * For people: the two largest units that matter (`1h 5m`, `10m`, `3.1s`, `250ms`). What is below them is left out.
 * `ms` ≥ 0. Never throws.
 */
export const formatDuration = (ms: number): string => {
  if (ms < 59_500) return inSeconds(ms);
  const whole = Math.round(ms / 1000) * 1000;
  const largest = COARSE.findIndex((unit) => whole >= MS_PER_UNIT[unit]);
  return twoUnits(whole, COARSE.slice(largest, largest + 2));
};

const twoUnits = (ms: number, units: readonly Unit[]): string => {
  const parts: string[] = [];
  let left = ms;
  for (const unit of units) {
    const count = Math.floor(left / MS_PER_UNIT[unit]);
    left -= count * MS_PER_UNIT[unit];
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.join(" ");
};
