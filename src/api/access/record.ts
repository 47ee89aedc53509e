import * as z from "zod";

const text = z.base64url();

/** A password as it is kept: salt and hash of scrypt (RFC 7914), with its cost. */
const passwordRecord = z.object({ salt: text, hash: text, N: z.int(), r: z.int(), p: z.int() });
export type PasswordRecord = z.infer<typeof passwordRecord>;

/** What a token may do. */
export const tokenScope = z.enum(["read", "control"]);
export type TokenScope = z.infer<typeof tokenScope>;

/** A token as it is kept: the SHA-256 of its secret, which is too long to be guessed. `createdAt`: ISO 8601. */
const tokenRecord = z.object({ id: text, name: z.string(), scope: tokenScope, hash: text, createdAt: z.string() });
export type TokenRecord = z.infer<typeof tokenRecord>;

/** Who may come in: what is kept over a restart, and never sent anywhere. */
export const accessRecord = z.object({
  password: passwordRecord.nullable(),
  tokens: z.array(tokenRecord).readonly(),
});
export type AccessRecord = z.infer<typeof accessRecord>;

export const NOBODY: AccessRecord = { password: null, tokens: [] };
