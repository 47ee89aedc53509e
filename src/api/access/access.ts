import type { IncomingHttpHeaders } from "node:http";
import { openAttempts } from "./attempts.ts";
import type { Caller } from "./caller.ts";
import { hashPassword, isPassword } from "./password.ts";
import { type AccessRecord, accessRecord, NOBODY, type TokenRecord, type TokenScope } from "./record.ts";
import { openSessions } from "./sessions.ts";
import { createToken, findToken } from "./tokens.ts";

/** Where it is kept who may come in. */
export interface AccessStore {
  /** What was saved last; null if nothing was. Throws where it can't be read. */
  load(): unknown;
  /** Rejects with AppError. */
  save(record: AccessRecord): Promise<void>;
}

/** What became of a login. */
export type Login =
  | { readonly kind: "open"; readonly session: string }
  | { readonly kind: "wrong" }
  | { readonly kind: "wait"; readonly waitMs: number };

/** Who may come in, and who is in. */
export interface Access {
  hasPassword(): boolean;
  /** Whoever these headers prove to be. Never throws. */
  identify(headers: IncomingHttpHeaders): Caller;
  login(password: string, address: string): Promise<Login>;
  logout(caller: Caller): void;
  /** Ends all sessions but the caller's. Rejects with AppError. */
  setPassword(password: string, caller: Caller): Promise<void>;
  tokens(): readonly TokenRecord[];
  /** The token's text, which is shown once. Rejects with AppError. */
  addToken(name: string, scope: TokenScope): Promise<{ readonly record: TokenRecord; readonly token: string }>;
  /** False if there is none with this id. Rejects with AppError. */
  removeToken(id: string): Promise<boolean>;
}

/** The cookie of a session. */
export const COOKIE = "wan-failover";

const now = (): number => performance.now();

const OUTSIDER: Caller = { who: "nobody", scope: "none", session: null };
/** Until there is a password, whoever reaches us (on loopback alone) may look. */
const GUEST: Caller = { who: "nobody", scope: "read", session: null };

/** Reads who may come in. What can't be read or understood is complained of, and lets nobody in. Never throws. */
export const openAccess = (store: AccessStore, complain: (problem: string) => void): Access => {
  let record = loadRecord(store, complain);
  let turn: Promise<unknown> = Promise.resolve();
  const sessions = openSessions();
  const attempts = openAttempts();
  /** One change after the other, each upon what the one before has left. */
  const keep = (change: (before: AccessRecord) => AccessRecord): Promise<void> => {
    const next = turn.then(async () => {
      const changed = change(record);
      await store.save(changed);
      record = changed;
    });
    turn = next.catch(() => {});
    return next;
  };
  const login = async (password: string, address: string): Promise<Login> => {
    const waitMs = attempts.take(address, now());
    if (waitMs > 0) return { kind: "wait", waitMs };
    if (record.password === null || !(await isPassword(password, record.password))) return { kind: "wrong" };
    attempts.forgive(address);
    return { kind: "open", session: sessions.open(now()) };
  };
  const identify = (headers: IncomingHttpHeaders): Caller => {
    if (headers.authorization !== undefined) return tokenCaller(headers.authorization, record.tokens);
    const session = sessionOf(headers);
    if (session !== null && sessions.touch(session, now())) return { who: "session", scope: "owner", session };
    return record.password === null ? GUEST : OUTSIDER;
  };
  return {
    hasPassword: () => record.password !== null,
    identify,
    login,
    logout: ({ session }) => sessions.close(session ?? ""),
    setPassword: async (password, { session }) => {
      const hashed = await hashPassword(password);
      await keep((before) => ({ ...before, password: hashed }));
      sessions.closeOthers(session);
    },
    tokens: () => record.tokens,
    addToken: async (name, scope) => {
      const created = createToken(name, scope);
      await keep((before) => ({ ...before, tokens: [...before.tokens, created.record] }));
      return created;
    },
    removeToken: async (id) => {
      if (!record.tokens.some((token) => token.id === id)) return false;
      await keep((before) => ({ ...before, tokens: before.tokens.filter((token) => token.id !== id) }));
      return true;
    },
  };
};

/** A password that nobody has. */
const LOCKED: AccessRecord = { password: { salt: "", hash: "", N: 2, r: 1, p: 1 }, tokens: [] };

const loadRecord = (store: AccessStore, complain: (problem: string) => void): AccessRecord => {
  try {
    const kept = store.load();
    return kept === null ? NOBODY : accessRecord.parse(kept);
  } catch {
    complain(UNREADABLE);
    return LOCKED;
  }
};

const UNREADABLE =
  "Who may log in can't be read from the state directory, so that nobody can; `wan-failover password` begins anew";

const tokenCaller = (authorization: string, tokens: readonly TokenRecord[]): Caller => {
  const text = /^Bearer (\S+)$/i.exec(authorization)?.[1] ?? "";
  const token = findToken(text, tokens);
  return token === undefined ? OUTSIDER : { who: "token", scope: token.scope, session: null };
};

const sessionOf = ({ cookie = "" }: IncomingHttpHeaders): string | null =>
  cookie
    .split(";")
    .map((pair) => pair.trim().split("="))
    .find(([name]) => name === COOKIE)?.[1] ?? null;
