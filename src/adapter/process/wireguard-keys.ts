import { execFileSync } from "node:child_process";
import { AppError } from "../../error.ts";

const TIMEOUT_MS = 10_000;

/** A new private key and its public half, in base 64, made by `wg`. Throws AppError: wireguard-failed. */
export const makeKeyPair = (): { readonly privateKey: string; readonly publicKey: string } => {
  const privateKey = wg("genkey");
  return { privateKey, publicKey: wg("pubkey", privateKey) };
};

const wg = (word: "genkey" | "pubkey", input = ""): string => {
  try {
    return execFileSync("wg", [word], { input, encoding: "utf8", timeout: TIMEOUT_MS, stdio: "pipe" }).trim();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const detail = code === "ENOENT" ? "the program wg is missing" : `wg ${word}: ${message.split("\n", 1)[0]}`;
    throw new AppError("wireguard-failed", detail);
  }
};
