import type { PairRequest } from "./request.ts";
import { routerFiles } from "./router.ts";
import { STATIC_START, staticAddition, staticFiles } from "./static-end.ts";

/** Which of the two machines. */
export type End = "router" | "static";

/** A file of one end. */
export interface PairFile {
  readonly end: End;
  readonly path: string;
  /** Octal, as chmod takes it; 600 where it holds a private key. */
  readonly mode: "600" | "644";
  /** It is there already, and gets this at its end. */
  readonly append: boolean;
  /** Ends with a newline. */
  readonly text: string;
}

/** A key and its public half, in base 64. */
export interface KeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

/** Of the router, and of the static end where that is not there yet. */
export interface PairKeys {
  readonly router: KeyPair;
  readonly static: KeyPair | null;
}

/** All that both ends need. The private key of each stands in its own file alone. Never throws. */
export const pairFiles = (request: PairRequest, keys: PairKeys): readonly PairFile[] => [
  ...routerFiles(request, keys),
  ...staticFiles(request, keys),
];

/** What to run on each end once its files are there. A static end that is there goes on serving its other boxes. Never throws. */
export const pairSteps = (request: PairRequest): Readonly<Record<End, readonly string[]>> => ({
  router: ["systemctl enable --now wg-quick@wg0", "systemctl reload-or-restart wan-failover"],
  static: request.staticKey === null ? STATIC_START : staticAddition(request),
});
