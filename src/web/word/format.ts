/** `0.4 ms`, `12 ms`; a dash where nothing is known. */
export const rtt = (ms: number | null): string =>
  ms === null ? "–" : `${ms > 0 && ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;

/** A ratio 0..1 as `3 %`. What is less than one percent, but not nothing, keeps a digit. */
export const percent = (ratio: number | null): string => {
  if (ratio === null) return "–";
  const value = ratio * 100;
  return `${value > 0 && value < 1 ? value.toFixed(1) : Math.round(value)} %`;
};

const STEPS: readonly (readonly [string, number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
];

/** `4 s`, `3 min 5 s`, `2 h 14 min`, `3 d 4 h`: the two largest units. */
export const duration = (ms: number): string => {
  const first = STEPS.findIndex(([, size]) => ms >= size);
  if (first < 0) return "a moment";
  const [unit, size] = STEPS[first] ?? ["s", 1000];
  const next = STEPS[first + 1];
  const rest = next === undefined ? 0 : Math.floor((ms % size) / next[1]);
  return `${Math.floor(ms / size)} ${unit}${rest === 0 ? "" : ` ${rest} ${next?.[0]}`}`;
};

/** `9:05`, `1:02:03`: what is left. */
export const countdown = (ms: number): string => {
  const seconds = Math.ceil(ms / 1000);
  const two = (value: number): string => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)}`;
};

const BYTES: readonly (readonly [string, number])[] = [
  ["TB", 1e12],
  ["GB", 1e9],
  ["MB", 1e6],
  ["kB", 1e3],
];

const scaled = (value: number, units: readonly (readonly [string, number])[], least: string): string => {
  const [unit, size] = units.find(([, one]) => value >= one) ?? [least, 1];
  const shown = value / size;
  return `${shown >= 100 || unit === least ? Math.round(shown) : shown.toFixed(1)} ${unit}`;
};

/** `1.2 GB`, decimal as ISPs count. */
export const bytes = (count: number): string => scaled(count, BYTES, "B");

const BITS = BYTES.map(([unit, size]) => [unit.replace("B", "bit/s"), size] as const);

/** `24.1 Mbit/s`, of bits a second. */
export const rate = (bitsPerSecond: number): string => scaled(bitsPerSecond, BITS, "bit/s");

/** `a`, `a and b`, `a, b and c`. */
export const list = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;

/** `10:03:12` on this device's clock. */
export const clock = (at: number): string => new Date(at).toLocaleTimeString(undefined, { hour12: false });

/** A moment in full. */
export const momentText = (at: number): string =>
  new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium", hour12: false });

/** With a full stop, and a large letter at its beginning unless that is a name. */
export const sentence = (text: string, names: readonly string[] = []): string => {
  const isNamed = names.some((name) => text.startsWith(name));
  const whole = isNamed ? text : `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
};
