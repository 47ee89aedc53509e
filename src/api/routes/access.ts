import type { Access } from "../access/access.ts";
import { COOKIE } from "../access/access.ts";
import type { Caller } from "../access/caller.ts";
import {
  createdToken,
  done,
  loginRequest,
  passwordRequest,
  sessionAnswer,
  tokenList,
  tokenQuery,
  tokenRequest,
} from "../access/contract.ts";
import type { TokenRecord } from "../access/record.ts";
import { PATHS } from "../paths.ts";
import { failure, type Reply, success } from "../reply.ts";
import { type Asked, type Route, route } from "../route.ts";

const DONE = { done: true };

/** Nothing but our own pages ever sends it along, and no script can read it (RFC 6265bis). */
const cookie = (value: string, { secure }: { readonly secure: boolean }): Record<string, string> => ({
  "set-cookie": `${COOKIE}=${value}; Path=/; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}${value === "" ? "; Max-Age=0" : ""}`,
});

const SESSION_ROUTES: readonly Route[] = [
  route({
    method: "GET",
    path: PATHS.session,
    access: "none",
    summary: "Who asks, and what that one may do.",
    answer: sessionAnswer,
    handle: ({ access }, { caller: { who, scope } }) => success({ who, scope, hasPassword: access.hasPassword() }),
  }),
  route({
    method: "POST",
    path: PATHS.session,
    access: "none",
    summary: "Log in.",
    body: loginRequest,
    answer: done,
    handle: async ({ access }, asked) => {
      if (!access.hasPassword()) return failure(409, "There is no password yet: `wan-failover password` sets one.");
      const tried = await tryPassword(access, asked.body.password, asked.address);
      return typeof tried === "string" ? success(DONE, cookie(tried, asked)) : tried;
    },
  }),
  route({
    method: "DELETE",
    path: PATHS.session,
    access: "none",
    summary: "Log out.",
    answer: done,
    handle: ({ access }, asked) => {
      access.logout(asked.caller);
      return success(DONE, cookie("", asked));
    },
  }),
  route({
    method: "PUT",
    path: PATHS.password,
    access: "owner",
    summary: "Set the password. Everybody else is logged out.",
    body: passwordRequest,
    answer: done,
    handle: async ({ access }, asked) => {
      const refused = asked.caller.who === "socket" ? null : await whyNotAllowed(access, asked);
      if (refused !== null) return refused;
      await access.setPassword(asked.body.password, asked.caller);
      return success(DONE);
    },
  }),
];

/** The new session, or the refusal. */
const tryPassword = async (access: Access, password: string, address: string): Promise<string | Reply> => {
  const login = await access.login(password, address);
  if (login.kind === "open") return login.session;
  if (login.kind === "wrong") return failure(401, "The password is wrong.");
  const seconds = Math.ceil(login.waitMs / 1000);
  return failure(429, `Too many attempts: try again in ${seconds} s.`, { headers: { "retry-after": String(seconds) } });
};

/** A session that somebody left open is not enough to lock its owner out. */
const whyNotAllowed = async (
  access: Access,
  { body, address }: Asked<{ readonly current?: string | undefined }, undefined>,
): Promise<Reply | null> => {
  const tried = await tryPassword(access, body.current ?? "", address);
  if (typeof tried !== "string") return tried;
  const opened: Caller = { who: "session", scope: "owner", session: tried };
  access.logout(opened);
  return null;
};

const entryOf = ({ id, name, scope, createdAt }: TokenRecord): object => ({ id, name, scope, createdAt });

const TOKENS_MAX = 100;

const TOKEN_ROUTES: readonly Route[] = [
  route({
    method: "GET",
    path: PATHS.tokens,
    access: "owner",
    summary: "The tokens, without their secrets.",
    answer: tokenList,
    handle: ({ access }) => success({ tokens: access.tokens().map(entryOf) }),
  }),
  route({
    method: "POST",
    path: PATHS.tokens,
    access: "owner",
    summary: "Create a token, which is shown this once.",
    body: tokenRequest,
    answer: createdToken,
    handle: async ({ access }, { body }) => {
      if (access.tokens().length >= TOKENS_MAX) return failure(409, `There are ${TOKENS_MAX} tokens already.`);
      const { record, token } = await access.addToken(body.name, body.scope);
      return success({ ...entryOf(record), token });
    },
  }),
  route({
    method: "DELETE",
    path: PATHS.tokens,
    access: "owner",
    summary: "Revoke a token.",
    query: tokenQuery,
    answer: done,
    handle: async ({ access }, { query }) =>
      (await access.removeToken(query.id)) ? success(DONE) : failure(404, "There is no such token."),
  }),
];

/** Who may come in. */
export const ACCESS_ROUTES: readonly Route[] = [...SESSION_ROUTES, ...TOKEN_ROUTES];
