import { randomBytes } from "node:crypto";

/** Who has logged in. Kept in memory alone: a restart logs everybody out. */
export interface Sessions {
  /** A new session's secret. */
  open(now: number): string;
  /** Whether there is such a session; keeps it from growing stale. */
  touch(secret: string, now: number): boolean;
  close(secret: string): void;
  /** Closes all but this one. */
  closeOthers(secret: string | null): void;
}

/** A session that nobody uses for so long (ms) is over; and after so long in any case. */
const IDLE_MS = 24 * 3_600_000;
const LIFE_MS = 7 * 24 * 3_600_000;

/** One person's devices; the oldest makes room. */
const SESSIONS_MAX = 64;

const SECRET_BYTES = 32;

interface Session {
  readonly openedAt: number;
  usedAt: number;
}

/** No session yet. Times: milliseconds, monotonic. */
export const openSessions = (): Sessions => {
  const sessions = new Map<string, Session>();
  const isOver = ({ openedAt, usedAt }: Session, now: number): boolean =>
    now - usedAt > IDLE_MS || now - openedAt > LIFE_MS;
  return {
    open: (now) => {
      const [oldest] = sessions.keys();
      if (sessions.size >= SESSIONS_MAX && oldest !== undefined) sessions.delete(oldest);
      const secret = randomBytes(SECRET_BYTES).toString("base64url");
      sessions.set(secret, { openedAt: now, usedAt: now });
      return secret;
    },
    touch: (secret, now) => {
      const session = sessions.get(secret);
      if (session === undefined) return false;
      if (isOver(session, now)) return !sessions.delete(secret);
      session.usedAt = now;
      return true;
    },
    close: (secret) => void sessions.delete(secret),
    closeOthers: (secret) => {
      for (const one of sessions.keys()) if (one !== secret) sessions.delete(one);
    },
  };
};
