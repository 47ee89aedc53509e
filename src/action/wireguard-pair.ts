import { makeKeyPair } from "../adapter/process/wireguard-keys.ts";
import type { Output } from "../cli/output.ts";
import { type End, type PairFile, pairFiles, pairSteps } from "../wireguard/pair.ts";
import { type PairOptions, type PairRequest, readRequest } from "../wireguard/request.ts";

/** What `wan-failover wireguard-pair` was asked. */
export interface PairCommand {
  readonly options: PairOptions;
  readonly json: boolean;
  readonly output: Output;
}

/** Makes keys and prints the files of both ends. Returns the exit code. Throws AppError. */
export const runWireguardPair = ({ options, json, output }: PairCommand): number => {
  const request = readRequest(options);
  const keys = { router: makeKeyPair(), static: request.staticKey === null ? makeKeyPair() : null };
  const files = pairFiles(request, keys);
  output.write(json ? JSON.stringify({ files, steps: pairSteps(request) }) : pairText(request, files));
  if (!json) output.complain("This holds private keys: they are not kept, and nobody else should see them.");
  return 0;
};

const ENDS: Readonly<Record<End, string>> = {
  router: "the router",
  static: "the static end",
};

const pairText = (request: PairRequest, files: readonly PairFile[]): string =>
  (["router", "static"] as const)
    .flatMap((end) => [
      ...files.filter((file) => file.end === end).map((file) => `${heading(file)}\n${file.text.trim()}\n`),
      `### On ${ENDS[end]}, then run`,
      `${pairSteps(request)[end].join("\n")}\n`,
    ])
    .join("\n")
    .trimEnd();

const heading = ({ end, path, mode, append }: PairFile): string =>
  `### On ${ENDS[end]}: ${append ? `add to the end of ${path}` : `${path}, mode ${mode}`}`;
