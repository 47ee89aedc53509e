import { open } from "node:fs/promises";
import type { Secret } from "../../core/notify/settings.ts";

/** No password, token or address with a key in it is longer (octets). */
const SECRET_OCTETS_MAX = 4096;

/** A secret's text. Read anew each time, so that a changed file counts at once. Rejects with a sentence that doesn't tell it. */
export const readSecret = async (secret: Secret): Promise<string> => {
  if (secret.kind === "text") return secret.text;
  const [line = ""] = (await readStart(secret.path)).split(/\r?\n/, 1);
  if (line === "") throw new Error(`${secret.path} is empty`);
  return line;
};

const readStart = async (path: string): Promise<string> => {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${path} can't be read (${error.code})`);
  });
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(SECRET_OCTETS_MAX), 0, SECRET_OCTETS_MAX, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
};

/** A text in which no secret is shown. Never throws. */
export const withoutSecrets = (text: string, secrets: readonly string[]): string =>
  secrets
    .filter((secret) => secret !== "")
    .flatMap((secret) => [secret, Buffer.from(secret).toString("base64"), encodeURIComponent(secret)])
    .reduce((shown, secret) => shown.replaceAll(secret, "…"), text);
