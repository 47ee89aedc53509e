import { isIPv6 } from "node:net";

/** How often somebody may try. */
export interface Attempts {
  /** Counts an attempt: 0 if it may be made, else how long (ms) to wait. */
  take(address: string, now: number): number;
  /** It was the right one. */
  forgive(address: string): void;
}

/** So many at once, then one more each time that so long (ms) has passed. */
interface Allowance {
  readonly burst: number;
  readonly everyMs: number;
}

/** A person mistypes now and then; 300 guesses an hour find nothing. */
const EACH: Allowance = { burst: 5, everyMs: 12_000 };
/** Against guesses from many addresses; those who are logged in don't feel it. */
const ALL: Allowance = { burst: 30, everyMs: 3000 };

const ADDRESSES_MAX = 1000;
const EVERYBODY = "*";

/** Nobody has tried yet. Times: milliseconds, monotonic. */
export const openAttempts = (): Attempts => {
  /** When each one's allowance is whole again. */
  const whole = new Map<string, number>();
  const waitOf = (key: string, { burst, everyMs }: Allowance, now: number): number =>
    Math.max(0, (whole.get(key) ?? 0) - now - (burst - 1) * everyMs);
  const spend = (key: string, { everyMs }: Allowance, now: number): void => {
    const at = Math.max(now, whole.get(key) ?? 0) + everyMs;
    whole.delete(key);
    whole.set(key, at);
  };
  return {
    take: (address, now) => {
      const key = networkOf(address);
      const wait = Math.max(waitOf(key, EACH, now), waitOf(EVERYBODY, ALL, now));
      if (wait > 0) return wait;
      spend(key, EACH, now);
      spend(EVERYBODY, ALL, now);
      const [oldest] = whole.keys();
      if (whole.size > ADDRESSES_MAX && oldest !== undefined) whole.delete(oldest);
      return 0;
    },
    forgive: (address) => void whole.delete(networkOf(address)),
  };
};

/** Whoever has one address of an IPv6 network has them all: the first 64 bits count. */
const networkOf = (address: string): string =>
  isIPv6(address) && !address.includes(".")
    ? (address.split("::", 1)[0] ?? "").split(":").slice(0, 4).join(":")
    : address;
