import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { TokenRecord, TokenScope } from "./record.ts";

const ID_BYTES = 6;
const SECRET_BYTES = 32;

/** `wf_ID_SECRET`, so that a token found somewhere shows what it is and which one. */
const FORM = /^wf_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

/** A new token: what is kept of it, and the text that is shown once. */
export const createToken = (name: string, scope: TokenScope): { record: TokenRecord; token: string } => {
  const id = randomBytes(ID_BYTES).toString("hex");
  const secret = randomBytes(SECRET_BYTES).toString("base64url");
  const record = { id, name, scope, hash: digest(secret).toString("base64url"), createdAt: new Date().toISOString() };
  return { record, token: `wf_${id}_${secret}` };
};

/** The record that a token belongs to; undefined where it is none, or not one of these. Never throws. */
export const findToken = (token: string, records: readonly TokenRecord[]): TokenRecord | undefined => {
  const [, id, secret = ""] = FORM.exec(token) ?? [];
  const record = records.find((one) => one.id === id);
  const fits = record !== undefined && timingSafeEqual(digest(secret), Buffer.from(record.hash, "base64url"));
  return fits ? record : undefined;
};

const digest = (secret: string): Buffer => createHash("sha256").update(secret).digest();
