import * as z from "zod";
import { tokenScope } from "./record.ts";

const LENGTHS = "must have 8 to 1024 characters";

const password = z.string().min(8, LENGTHS).max(1024, LENGTHS);

/** The answer to `GET /api/v1/session`: who asks, what that one may do, and whether there is a password at all. */
export const sessionAnswer = z.object({
  who: z.enum(["nobody", "session", "token", "socket"]),
  scope: z.enum(["none", "read", "control", "owner"]),
  hasPassword: z.boolean(),
});
export type SessionAnswer = z.infer<typeof sessionAnswer>;

/** `POST /api/v1/session`: logs in. */
export const loginRequest = z.strictObject({ password: z.string().max(1024) });

/** `PUT /api/v1/password`. Over the network it takes the current one as well. */
export const passwordRequest = z.strictObject({ password, current: z.string().max(1024).optional() });
export type PasswordRequest = z.infer<typeof passwordRequest>;

const NAME = "must have 1 to 64 characters";

/** `POST /api/v1/tokens` */
export const tokenRequest = z.strictObject({ name: z.string().trim().min(1, NAME).max(64, NAME), scope: tokenScope });
export type TokenRequest = z.infer<typeof tokenRequest>;

const tokenEntry = z.object({ id: z.string(), name: z.string(), scope: tokenScope, createdAt: z.string() });
/** A token without its secret. */
export type TokenEntry = z.infer<typeof tokenEntry>;

/** The answer to `GET /api/v1/tokens`. */
export const tokenList = z.object({ tokens: z.array(tokenEntry).readonly() });

/** The answer to a token's creation: the only time that it is shown. */
export const createdToken = tokenEntry.extend({ token: z.string() });
export type CreatedToken = z.infer<typeof createdToken>;

/** `DELETE /api/v1/tokens?id=…` */
export const tokenQuery = z.object({ id: z.string() });

/** Says who may come in. Everything throws AppError: no-daemon, not-permitted, order-refused, usage, malformed-message. */
export interface AccessClient {
  setPassword(password: string): Promise<void>;
  tokens(): Promise<readonly TokenEntry[]>;
  addToken(request: TokenRequest): Promise<CreatedToken>;
  removeToken(id: string): Promise<void>;
}

/** The answer where nothing but success is to be told. */
export const done = z.object({ done: z.literal(true) });
