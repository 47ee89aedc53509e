import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import type { PasswordRecord } from "./record.ts";

/** 16 MiB and some 0.3 s in a thread of its own: what OWASP's password storage cheat sheet asks of scrypt at this size. */
const COST = { N: 2 ** 14, r: 8, p: 5 } as const;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** A password as it may be kept. */
export const hashPassword = async (password: string): Promise<PasswordRecord> => {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, { salt, ...COST });
  return { salt: salt.toString("base64url"), hash: hash.toString("base64url"), ...COST };
};

/** Whether this is the password. Takes as long for a wrong one. */
export const isPassword = async (password: string, { salt, hash, ...cost }: PasswordRecord): Promise<boolean> => {
  const kept = Buffer.from(hash, "base64url");
  const given = await derive(password, { salt: Buffer.from(salt, "base64url"), ...cost });
  return kept.length === given.length && timingSafeEqual(kept, given);
};

/** One at a time, so that many guesses cost no more memory than one. */
let turn: Promise<unknown> = Promise.resolve();

const derive = (
  password: string,
  { salt, ...cost }: { salt: Buffer; N: number; r: number; p: number },
): Promise<Buffer> => {
  const run = (): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      // However a keyboard composes its letters, the password is the same.
      scrypt(password.normalize("NFKC"), salt, HASH_BYTES, cost, (error, hash) =>
        error === null ? resolve(hash) : reject(error),
      );
    });
  const next = turn.then(run);
  turn = next.catch(() => {});
  return next;
};
